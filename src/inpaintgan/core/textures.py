"""Whether texture of the picture is laid over what networks paint; `inpaintgan.inference.texture` lays it."""

TEXTURES = ("auto", "on", "off")
"""on lays texture of the picture into every hole outside of the faces that are shown as a whole; auto only where the networks
are known to know nothing but faces, and the hole is thick; off leaves holes as the networks paint them."""
