"""The command line as a process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from inpaintgan.cli import main, parser
from inpaintgan.core.config import SHARES
from inpaintgan.core.paths import resource

MAIN = Path(__file__).resolve().parents[1] / "main.py"


def test_names_of_any_script_pass_through_a_pipe_of_an_old_encoding(tmp_path):
    said = subprocess.run(
        [sys.executable, str(MAIN), "check-data", str(tmp_path / "猫")],
        capture_output=True, env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}, check=False,
    )  # fmt: skip
    assert said.returncode == 2 and f"The folder {tmp_path / '猫'} does not exist" in said.stderr.decode()


@pytest.mark.parametrize(
    "words", ["fill --image none.png --mask none.png --output out.png", "evaluate --data none --masks all"]
)
def test_a_wrong_name_is_refused_before_torch_is_imported(words):
    code = (
        f"import sys; sys.path[:] = {sys.path}; from inpaintgan.cli import main; "
        f"print(main({words.split()}), 'torch' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.stdout.split() == ["2", "False"], said.stderr
    assert "error: There is no" in said.stderr or "does not exist" in said.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals to play with")
def test_a_terminal_that_lacks_a_letter_shows_the_rest(tmp_path):
    import pty

    (tmp_path / "猫").mkdir()
    (tmp_path / "猫" / "no picture.png").write_bytes(b"")
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(MAIN), "check-data", str(tmp_path / "猫")],
        stdout=end, stderr=end, env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
    )  # fmt: skip
    os.close(end)
    said = b""
    with suppress(OSError):  # how Linux ends it
        while more := os.read(terminal, 4096):
            said += more
    os.close(terminal)
    assert process.wait(60) == 1 and "\\u732b" in said.decode("cp1252") and "no picture.png" in said.decode("cp1252")


def test_a_reader_that_leaves_ends_nothing(pictures):
    process = subprocess.Popen(
        [sys.executable, str(MAIN), "check-data", str(pictures), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.wait(120) == 0
    assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux alone has a disk that is always full")
def test_a_report_that_meets_a_full_disk_was_not_made(pictures):
    with open("/dev/full", "wb") as full:
        said = subprocess.run(
            [sys.executable, str(MAIN), "check-data", str(pictures), "--json"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert said.returncode == 1
    assert said.stderr == "error: The disk that takes this command's output is full. Make room on it.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows says that there is no such file")
@pytest.mark.parametrize(
    "command", ["check-data {}", "train --run r --data {}", "fill --image {0} --mask {0} --output o"]
)
def test_a_path_that_the_system_lets_nobody_look_at_is_refused_in_words(tmp_path, monkeypatch, capsys, command):
    monkeypatch.chdir(tmp_path)
    assert main(command.format("x" * 300).split()) == 2
    assert "cannot be looked at: File name too long." in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_words_are_not_guessed_from_their_beginnings(tmp_path, capsys):
    assert main(["check-data", str(tmp_path), "--js"]) == 2
    said = capsys.readouterr().err
    assert "unrecognized arguments: --js" in said and "check-data --help" in said


def test_the_help_of_evaluate_names_every_hole_that_is_drawn(capsys):
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    words = re.findall(r"[\w-]+", capsys.readouterr().out)
    drawn = [kind for kind, shares in SHARES.items() if "file" not in shares]
    assert [kind for kind in drawn if kind not in words] == [], "name it in cli_arguments.py"


def test_a_preset_goes_by_its_name_where_no_file_does(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ["train", "--run", "run", "--val-data", "held out", "--set", "width=8", "--config"]
    asked = parser().parse_args([*words, "cpu"])
    assert asked.config == resource("presets") / "cpu.yml" and asked.set == ["val_data=held out", "width=8"]
    (tmp_path / "cpu").touch()
    assert parser().parse_args([*words, "cpu"]).config == Path("cpu")
    assert main([*words, "gpus"]) == 2
    said = capsys.readouterr().err
    assert "gpus cannot be read" in said and "or name a preset: cpu, edgeconnect, effunet" in said
