"""What both labs do: they work in the background, are waited for and closed, and take values while nothing is told."""

from __future__ import annotations

from typing import Any, ClassVar

from rnnlib.engine.call import ONE_AT_A_TIME
from rnnlib.explorers.shared.background import Background
from rnnlib.explorers.shared.page.recording import Move, Recording, differences
from rnnlib.explorers.shared.view import View


class Lab(View):
    """A view whose work takes its time; a subclass says in `cancel` how it ends."""

    ASKED: ClassVar[tuple[str, ...]] = ()  # what the kernel is asked, by trait
    START: ClassVar[tuple[str, Any]]  # the trait that starts the work, and the value that does
    MADE: ClassVar[str]  # the trait that is empty until something was made

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

    def _recording(self) -> Recording:
        """Its state; and where nothing was made yet, what comes of its start, which a twin of it makes."""
        name, start = self.START
        state, moves = self.get_state(), []
        if not getattr(self, self.MADE):
            twin = self._twin(one for one in self.ASKED if one != name)
            try:
                setattr(twin, name, start)
                twin.wait()
                moves = [Move({name: start}, differences(state, twin.get_state()))]
            finally:
                twin.close()
        return Recording(state, self.ASKED, acts=(name,), moves=moves, snaps=True)

    def close(self) -> None:
        """Take the lab off the screen, and end what is under way."""
        if "_background" in vars(self):  # else it was refused while it was made
            self.cancel()
        super().close()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take values from the front end, while the background sets none."""
        with ONE_AT_A_TIME:
            super().set_state(sync_data)
