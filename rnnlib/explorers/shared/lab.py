"""What both labs do: they work in the background, are waited for and closed, and take values while nothing is told."""

from __future__ import annotations

from typing import Any

from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.explorers.shared.background import Background
from rnnlib.explorers.shared.view import View


class Lab(View):
    """A view whose work takes its time; a subclass says in `cancel` how it ends."""

    def __init__(self, **traits: Any) -> None:
        self._background = Background()
        super().__init__(**traits)

    def cancel(self) -> None:
        """End what is under way."""
        raise NotImplementedError

    def wait(self) -> None:
        """Wait until nothing is under way. Interrupting the kernel meanwhile cancels it."""
        try:
            self._background.wait()
        except KeyboardInterrupt:
            self.cancel()
            raise

    def close(self) -> None:
        """Take the lab off the screen, and end what is under way."""
        if "_background" in vars(self):  # else it was refused while it was made
            self.cancel()
        super().close()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the front end, while the background sets none."""
        with ONE_AT_A_TIME:
            super().set_state(sync_data)
