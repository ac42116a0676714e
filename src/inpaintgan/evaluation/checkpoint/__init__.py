"""`evaluate`: a checkpoint beside baselines and other programs, over sets of holes."""
