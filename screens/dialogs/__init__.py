"""Questions that the face asks before something happens."""
