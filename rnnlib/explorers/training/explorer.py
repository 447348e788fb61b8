"""The training lab: a model learns in the background, a step at a time, and is seen as it does."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import torch
import traitlets

from rnnlib.engine.call import ONE_AT_A_TIME, check_numbers, in_background
from rnnlib.engine.devices import available, name_of
from rnnlib.engine.training.duration import in_words
from rnnlib.engine.training.model import SUMMARIES, SequenceClassifier
from rnnlib.explorers.shared.background import Job
from rnnlib.explorers.shared.lab import Lab
from rnnlib.explorers.shared.traits import Checked, check_one, one_of
from rnnlib.explorers.training.payload import about, frames_of, shown
from rnnlib.explorers.training.record import Run, seconds_of
from rnnlib.explorers.training.rows import as_csv, rows_of
from rnnlib.explorers.training.runs import Runs
from rnnlib.explorers.training.sentences import found, told
from rnnlib.explorers.training.tasks import TASKS, YOURS, Pairs, own_task
from rnnlib.explorers.training.view import ASKED, CONTROLS, SETTINGS, TrainingView

DONE, CANCELLED, STOPPED = "Done.", "Cancelled: what was learned stays.", "Stopped."
BETWEEN_FRAMES = 1.0  # seconds between two times that all of them are sent


class OneOfTasks(traitlets.TraitType[str, str]):
    """A task that the lab offers."""

    def validate(self, obj: Any, value: Any) -> str:
        """Give back the name of one."""
        return check_one("task", value, obj.tasks)


class TrainingLab(Lab, TrainingView):
    """A small recurrent model learns in the background, while you watch, and everything else stays alive.

    Args:
        task: ``"speakers"``: which of nine speakers is it, of 640 recorded utterances? ``"memory"``: what was the
            first bit, after `seq_len` steps of others? ``"counting"``: how many of `seq_len` bits are 1? Or data of
            your own, ``(learned, tested)``: two lists of pairs, a tensor ``(steps, width)`` and its class, 0, 1, …
        kind, hidden_size: of the layer.
        controls: the names of the controls to show; all by default.
        question: what the learner is asked to find out.
        traits: any other of its traits, such as ``seq_len``, ``packed``, ``summary``, ``lr`` and ``max_norm``.

    ``lab.start()`` begins, ``lab.pause()``, ``lab.step()`` and ``lab.cancel()`` do what they say, ``lab.anew()`` begins
    again, ``lab.wait()`` waits for the end. ``lab.rows`` are the scores of every epoch of every run, ``lab.csv`` the
    same as a table, ``lab.model`` is the best of the runs on this task. What is chosen while it trains is for the next
    run. Two labs may train side by side; each then takes longer.

    Raises:
        TypeError, ValueError: a task, size, rate or control that cannot be, in a sentence.

    Example:
        >>> lab = TrainingLab("counting", "RNN", hidden_size=8, seq_len=6, epochs=10, lr=0.01)
        >>> lab.start()
        >>> lab.wait()
        >>> lab.rows[-1]["epoch"], lab.rows[-1]["test_accuracy"] > 0.5, lab.model.training
        (10, True, False)
    """

    ASKED, START, MADE = ASKED, ("doing", "training"), "run"

    task = OneOfTasks("speakers").tag(sync=True)
    summary = one_of("h_n", SUMMARIES)
    device = Checked("cpu", lambda _, value: name_of(value)).tag(sync=True)

    def __init__(
        self,
        task: str | tuple[Pairs, Pairs] = "speakers",
        kind: str = "GRU",
        hidden_size: int = 32,
        *,
        controls: Sequence[str] = CONTROLS,
        question: str = "",
        **traits: Any,
    ) -> None:
        own = None if isinstance(task, str) else own_task(task)
        self._runs = Runs(own)
        self._sent = 0.0  # when all frames were sent last
        begin: dict[str, Any] = {"tasks": [*([YOURS] if own else []), *TASKS], "task": YOURS if own else task}
        begin |= {"kind": kind, "hidden_size": hidden_size, "controls": controls, "question": question}
        begin |= {"summaries": list(SUMMARIES), "devices": list(available())}
        super().__init__(**begin | traits)
        self._tell()

    @property
    def settings(self) -> dict[str, Any]:
        """What is chosen, by name."""
        return {name: getattr(self, name) for name in SETTINGS}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The scores of every epoch of every run that is kept, a dict each."""
        return rows_of(self._runs.kept)

    @property
    def model(self) -> SequenceClassifier | None:
        """The best of the runs on the task that is chosen, as it was after its best epoch, in eval mode.

        ``lab.model(x, lengths)`` gives scores of a padded batch, time first. It was chosen by the test sequences, so of
        these it knows a little more than of others. None where no epoch has ended yet.
        """
        with ONE_AT_A_TIME:
            return self._runs.best(self.settings)

    def start(self) -> None:
        """Begin to train, or go on after a pause, in the background."""
        self._do("training")

    def pause(self) -> None:
        """Stop after the step that it is in; `start` goes on."""
        self._do("paused")

    def step(self) -> None:
        """Take one step, and pause."""
        self._do("step")

    def cancel(self) -> None:
        """End the training; what was learned stays."""
        self._do("")

    def anew(self) -> None:
        """End the training, and begin another with what is chosen now."""
        self._do("anew")

    def _do(self, what: str) -> None:
        with ONE_AT_A_TIME:
            self.doing = what

    @traitlets.observe(*SETTINGS)
    def _other_settings(self, _change: Any) -> None:
        with ONE_AT_A_TIME:
            self._tell()

    def _tell(self) -> None:
        """Say to what is chosen now how long it takes, or why it cannot be trained."""
        if "_runs" not in vars(self):
            return
        estimate, cannot = "", ""
        try:
            estimate = f"about {in_words(seconds_of(self.settings, self._runs.own))}"
        except ValueError as error:
            cannot = str(error)
        self.answer = {"asked": {name: getattr(self, name) for name in ASKED}, "estimate": estimate, "cannot": cannot}

    @traitlets.observe("doing")
    def _switch(self, change: Any) -> None:
        with ONE_AT_A_TIME:
            try:
                self._turn(change.old, change.new)
            except BaseException:
                self.set_trait("doing", "paused" if self._runs.going else "")
                raise
            finally:
                self._tell()

    def _turn(self, before: str, doing: str) -> None:
        if doing == "anew":
            self._end(CANCELLED)
            self.doing = "training"
        elif doing in ("training", "step"):
            if before != "training":
                self._begin()
            self._go_on(one=doing == "step")
        elif doing == "paused" and self._runs.going:
            self._runs.going.paused = True
        elif doing == "paused":
            self.doing = ""
        else:
            self._end(CANCELLED)

    def _begin(self) -> None:
        """A new run, unless one is paused."""
        if self._runs.going:
            return
        self.problem = ""
        check_numbers()
        seconds_of(self.settings, self._runs.own)
        run = self._runs.begin(self.settings)
        self.run, self.runs, self.frames = about(run), self._runs.faint(run), {}
        self._show(run, "Getting ready.")

    def _go_on(self, *, one: bool) -> None:
        run = self._runs.going
        assert run is not None
        run.paused = one  # then it stops after the step that comes
        self._background.ask(lambda job: self._train(job, run), lambda ended: self._ended(run, ended), self._failed)

    def _train(self, job: Job, run: Run) -> bool:
        """Go on in the background until it is paused, done, or no longer wanted; whether it is done."""
        with in_background():
            if run.is_small:
                torch.set_num_threads(1)  # of this thread alone: the other cores are for all else
            for _ in run.go_on(job.superseded):
                job.tell(self._show, run, f"epoch {run.epoch} of {run.settings['epochs']}")
        return run.is_done

    def _show(self, run: Run, now: str, *, all_frames: bool = False) -> None:
        with self.hold_sync():
            for name, value in shown(run).items():
                self.set_trait(name, value)
            self.progress = {"done": len(run.steps), "of": run.of, "now": now}
            if all_frames or time.monotonic() - self._sent > BETWEEN_FRAMES:
                self._sent = time.monotonic()
                self.frames = frames_of(run)

    def _ended(self, run: Run, done: bool) -> None:
        run.see()
        if done:
            self._end(DONE)
            self.doing = ""
        else:
            self._show(run, f"Paused after step {len(run.steps)}.", all_frames=True)
            self._found(run)
            self.doing = "paused"

    def _end(self, now: str) -> None:
        """Close the run that is open, if one is: what it has learned is kept, and itself let go."""
        self._background.drop()
        run = self._runs.going
        if run is None:
            return
        run.close()
        self._show(run, now, all_frames=True)
        self._found(run)
        self._runs.end(run)

    def _found(self, run: Run) -> None:
        self.run = self.run | {"found": found(run, self._runs.beside(run))}
        self.csv = as_csv(self.rows)

    def _failed(self, error: BaseException) -> None:
        self._end(STOPPED)
        self.doing = ""
        self.report(error)

    def __repr__(self) -> str:
        return "\n".join([*told(self.settings), *([f"  Find out: {self.question}"] if self.question else [])])
