"""What the parts of the face rest on."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.app import App

    class Mixin(App[int]):
        """A part of an application."""
else:

    class Mixin:
        """A part of an application. Only the whole is a class of Textual's: that makes so much of each class
        of its own that two dozen parts would take a good while at every start."""
