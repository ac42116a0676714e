"""A generator and its discriminator with their losses (`EdgeModel`, `InpaintModel`), and checkpoint folders."""
