"""Training data: pictures of any folder tree become batches of picture, gray, edges and mask."""
