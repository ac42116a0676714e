"""InpaintGAN: training and using two-stage (edge, then colour) image inpainting networks."""

__version__ = "0.1.0"
