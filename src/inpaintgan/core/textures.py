"""What may be asked for when a hole is filled in which networks leave no texture; `inpaintgan.inference.texture` copies it."""

TEXTURES = ("auto", "on", "off")
"""on copies texture from the picture into every hole outside of the faces that are shown as a whole; auto only where the networks
are known to know nothing but faces, and the hole is thick; off leaves holes as the networks paint them."""
