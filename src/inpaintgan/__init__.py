"""InpaintGAN: training and using two-stage (edge, then colour) image inpainting networks."""
