"""A notebook's front end without a browser: a real kernel, real comm messages, every view's state as it arrives."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from tests.fresh import CAN_FORK, PYTHON, become_a_kernel
from tests.notebooks.lessons import untrained
from tests.strategies import is_sentence

# What no trait takes for a number, a name, a device, or yes and no.
NUMBERS = (-1, 2.5, "x", "", True, None, [3], {})
WORDS = ("", 3, None, True)
DEVICES = ("tpu", "cuda:99", "", 0, None)
BOOLS = ("yes", 1, None)


def each(name: str, *values: Any) -> Iterator[dict[str, Any]]:
    """What a control sends as it goes over these values."""
    return ({name: value} for value in values)


class View:
    """One of rnnlib's views as a browser knows it.

    Attributes:
        model: its number in the messages.
        name: the name of its Python class.
        state: every synced value, kept up to date from what the kernel sends.
        heard: the messages of its own that the kernel sent, the last one last.
    """

    def __init__(self, kernel: Kernel, model: str, state: dict[str, Any]) -> None:
        self._kernel = kernel
        self.model = model
        self.state = state
        self.heard: list[Any] = []
        self.name = state["_anywidget_id"].rpartition(".")[2]

    def set(self, **values: Any) -> None:
        """Send values as a control does when it is moved, and take in what the kernel answers."""
        self.state |= values  # a browser keeps what it sent until the kernel says otherwise
        self._kernel.send(self.model, {"method": "update", "state": values, "buffer_paths": []})

    def refuses(self, sent: dict[str, Any]) -> None:
        """Send values that cannot be: it is told in a sentence, and nothing is lost. What held is sent again."""
        held = dict(self.ask())
        self.set(**sent)
        self.settle()
        assert is_sentence(self.state["problem"]), (sent, self.state["problem"])
        for state in (dict(self.state), dict(self.ask())):
            assert _lasting(state) == _lasting(held), sent
        self.set(**{name: held[name] for name in sent})
        self.settle()

    def settle(self) -> None:
        """Wait for what runs in the background, if anything does."""
        self._kernel.until(lambda: not self.state.get("running"))

    def tell(self, content: Any) -> None:
        """Send a message of the view's own, as when a button is pressed."""
        self._kernel.send(self.model, {"method": "custom", "content": content})

    def ask(self) -> dict[str, Any]:
        """The state that the kernel holds, all of it."""
        self._kernel.send(self.model, {"method": "request_state"})
        return self.state


def _lasting(state: dict[str, Any]) -> dict[str, Any]:
    """A state without what tells of the problem, and without what differs from run to run."""
    answer = {name: value for name, value in state.get("answer", {}).items() if name != "seconds"}
    return state | {"problem": "", "answer": answer}


class Kernel:
    """A kernel that runs a notebook's cells.

    Attributes:
        views: the views of rnnlib that its cells made, by model.
        faults: every exception, and every word on stderr, that no cell announced with the tag 'raises-exception'.
    """

    def __init__(self, client: BlockingKernelClient) -> None:
        self._client = client
        self._header = self._thread_for_comms()
        self._done: set[str] = set()
        self.views: dict[str, View] = {}
        self.faults: list[str] = []

    def run(self, notebook: Path) -> None:
        """Run every code cell, but train nothing."""
        for cell in nbformat.read(notebook, as_version=4).cells:
            if cell.cell_type == "code":
                self.run_code(untrained(cell.source), may_raise="raises-exception" in cell.metadata.get("tags", []))

    def run_code(self, source: str, may_raise: bool = False) -> None:
        """Run one cell's code."""
        self.finish(self.start(source), may_raise)

    def start(self, source: str) -> str:
        """Begin to run one cell's code; its number."""
        return self._client.execute(source, stop_on_error=False)

    def finish(self, request: str, may_raise: bool = False) -> None:
        """Take in everything until a request is done."""
        while not self.is_done(request):
            self._take(self._client.get_iopub_msg(timeout=60), may_raise)

    def is_done(self, request: str) -> bool:
        """Whether the kernel has said, in what was taken in, that it is done with a request."""
        return request in self._done

    def until(self, holds: Callable[[], bool]) -> None:
        """Take in what the kernel tells of its own accord, until something holds."""
        while not holds():
            self._take(self._client.get_iopub_msg(timeout=60))

    def send(self, model: str, data: dict[str, Any]) -> None:
        """Send a comm message, and take in everything until the kernel is idle again."""
        message = self._client.session.msg("comm_msg", {"comm_id": model, "data": data})
        message["header"] |= self._header
        self._client.shell_channel.send(message)
        self.finish(message["header"]["msg_id"])

    def _thread_for_comms(self) -> dict[str, str]:
        """What marks a message for a thread of its own: JupyterLab speaks to widgets in one, where the kernel can."""
        features = self._client.kernel_info(reply=True, timeout=60)["content"].get("supported_features", [])
        if "kernel subshells" not in features:
            return {}
        self._client.control_channel.send(self._client.session.msg("create_subshell_request", {}))
        return {"subshell_id": self._client.get_control_msg(timeout=60)["content"]["subshell_id"]}

    def _take(self, message: dict[str, Any], may_raise: bool = False) -> None:
        kind, content = message["msg_type"], message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            self._done.add(message["parent_header"].get("msg_id", ""))
        elif kind == "error" and not may_raise:
            self.faults.append(f"{content['ename']}: {content['evalue']}")
        elif kind == "stream" and content["name"] == "stderr" and content["text"][0] != "\r":  # which tells of progress
            self.faults.append(content["text"])
        elif kind == "comm_open" and "_anywidget_id" in content["data"].get("state", {}):
            model = content["comm_id"]
            self.views[model] = View(self, model, dict(content["data"]["state"]))
        elif kind == "comm_msg" and content["comm_id"] in self.views:
            view, data = self.views[content["comm_id"]], content["data"]
            if data["method"] == "custom":
                view.heard.append(data["content"])
            else:  # "update" or "echo_update"
                view.state |= data["state"]


@contextlib.contextmanager
def kernel() -> Iterator[Kernel]:
    """A kernel of this checkout's rnnlib, while the block lasts."""
    with TemporaryDirectory() as folder:
        by_file = {"transport": "ipc", "ip": str(Path(folder, "kernel"))} if CAN_FORK else {}  # no port to be taken
        file, _ = write_connection_file(str(Path(folder, "kernel.json")), **by_file)
        process = PYTHON.Process(target=become_a_kernel, args=(file,))
        process.start()
        client = BlockingKernelClient(connection_file=file)
        client.load_connection_file()
        client.start_channels(hb=False)  # a kernel on a busy machine is not dead
        try:
            client.wait_for_ready(timeout=60)
            yield Kernel(client)
        finally:
            client.stop_channels()
            process.kill()
            process.join()
