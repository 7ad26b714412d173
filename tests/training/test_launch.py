"""Several processes share every step's rows and learn what one learns alone."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from tests.training.toy import ToyTask, run_toy, toy_config

ROOT = Path(__file__).parents[2]
# some weights are never asked, as in a model that fuses nothing
SCRIPT = """
import sys
from pathlib import Path
import torch
from accelerate import PartialState
from torch import nn
from emotigram.errors import SettingsError
from emotigram.training.loop import fit
from emotigram.training.run_folder import RunFolder
from tests.training.toy import ToyTask, toy_config

class HalfUsed(nn.Module):
    def __init__(self, used):
        super().__init__()
        self.used, self.unused = used, nn.Linear(3, 3)

    def forward(self, points):
        return self.used(points)

torch.set_num_threads(1)
state = PartialState(cpu=True)
assert state.num_processes == 2
task = ToyTask()
task.model = HalfUsed(task.model)
config = toy_config(accumulate=2, save_steps=1)
folder = RunFolder(Path(sys.argv[1]))
if state.is_main_process:
    folder.open(config.model_dump(mode="json"))
state.wait_for_everyone()
fit(task, config, folder)
for odd, options in ((ToyTask(rows=15), {"batch_size": 64}), (ToyTask(), {"batch_size": 7})):
    try:
        fit(odd, toy_config(epochs=1, **options))
    except SettingsError as error:
        assert "batch_size: 7" in str(error)
    else:
        assert options["batch_size"] == 64
if state.is_main_process:
    torch.save(task.model.used.state_dict(), folder.path / "learned.pt")
state.destroy_process_group()
"""


VARIABLES = {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}", "GLOO_SOCKET_IFNAME": "lo"}


def launched(script: Path, out: Path) -> None:
    """By ``accelerate launch``."""
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu"]
    # for processors alone it would need MPI; what a run computes on is for its config to say
    launch += ["--num_processes=2", "--num_machines=1", "--mixed_precision=no", "--dynamo_backend=no"]
    launch += [f"--main_process_port={_free_port()}", str(script), str(out)]
    variables = VARIABLES | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(launch, env=os.environ | variables, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


def side_by_side(script: Path, out: Path) -> None:
    """By what every launcher tells its processes."""
    told = VARIABLES | {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(_free_port()), "OMP_NUM_THREADS": "1"}
    told |= {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    command = [sys.executable, str(script), str(out)]
    begun = [
        subprocess.Popen(command, env=os.environ | told | {"RANK": rank, "LOCAL_RANK": rank}, stderr=subprocess.PIPE)
        for rank in ("0", "1")
    ]
    said = [process.communicate(timeout=300)[1] for process in begun]
    assert [process.returncode for process in begun] == [0, 0], said


@pytest.mark.nightly  # by day tests/training/test_loop.py learns in one
@pytest.mark.parametrize("start", [side_by_side, launched])
def test_two_processes_learn_what_one_learns(start: Callable[[Path, Path], None], tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    start(script, tmp_path / "run")
    alone = ToyTask()
    run_toy(alone, toy_config(accumulate=2, save_steps=1), tmp_path / "alone")
    together = torch.load(tmp_path / "run" / "learned.pt", weights_only=True)
    for name, values in alone.model.state_dict().items():
        assert torch.allclose(together[name], values, atol=1e-5)
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()]
    assert [(line["stage"], line["epoch"]) for line in lines] == [("loss", 1), ("score", 1), ("loss", 2), ("score", 2)]
    assert all(0 < line["training"] < 1 for line in lines[::2])
    assert len(list((tmp_path / "run" / "tensorboard").iterdir())) == 1


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
