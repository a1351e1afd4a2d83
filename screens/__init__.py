"""The face: the Textual application over a session and a desk."""
