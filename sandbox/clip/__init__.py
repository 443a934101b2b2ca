"""The project's own tiny CLIP: trained here on drawings, loaded as any other open_clip model."""
