"""Engines: all of them paint the same picture, and ``auto`` is the one that costs the least."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from inpaintgan.core.engines import obstacle
from inpaintgan.core.errors import InpaintError
from inpaintgan.inference import engine_choice, engines
from inpaintgan.inference.pipeline import Inpainter

from .holes import ASTRONAUT, hole

CPU = torch.device("cpu")


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "cache_root", lambda: folder)
        yield


@pytest.mark.parametrize("engine", ["onnx", "openvino"])
def test_an_engine_paints_what_eager_paints_within_one_level(weights, engine):
    if not engines.is_available(engine, CPU):
        pytest.skip(f"{engine} is not installed")
    eager, fast = (Inpainter.load(weights, "cpu", name) for name in ("eager", engine))
    assert (eager.engine, fast.engine) == ("eager", engine)
    # At the networks' size, narrower than it, and larger, where tiles come in batches.
    for height, width in ((64, 64), (64, 40), (150, 200)):
        image = np.ascontiguousarray(ASTRONAUT[:height, 100 : 100 + width])
        one, other = (inpainter.fill_with_edges(image, hole(height, width)) for inpainter in (eager, fast))
        assert np.abs(one.picture.astype(int) - other.picture).max() <= 1
        assert np.abs(one.edges.astype(int) - other.edges).max() <= 1
        assert not np.array_equal(one.picture, image)


@pytest.mark.parametrize("engine", ["eager", "onnx", "openvino"])
def test_threads_may_share_an_inpainter(weights, engine):
    if not engines.is_available(engine, CPU):
        pytest.skip(f"{engine} is not installed")
    inpainter = Inpainter.load(weights, "cpu", engine)
    pictures = [np.ascontiguousarray(ASTRONAUT[top : top + 64, 100:164]) for top in range(0, 320, 16)]
    alone = [inpainter.fill(picture, hole(64, 64)) for picture in pictures]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda picture: inpainter.fill(picture, hole(64, 64)), pictures))
    assert all(map(np.array_equal, alone, together))


def test_compiled_networks_are_used_at_their_size_one_by_one_and_eager_ones_elsewhere(weights, monkeypatch):
    seen = []

    def pretend(module):
        def run(*tensors):
            seen.append(tensors[0].shape[0])
            return module(*tensors)

        return run

    monkeypatch.setattr(torch, "compile", pretend)
    monkeypatch.setattr(engines, "is_available", lambda engine, device: True)
    compiled = Inpainter.load(weights, "cpu", "compile")
    assert seen == [1, 1]  # both were compiled before the first fill
    eager = Inpainter.load(weights, "cpu", "eager")
    for height, width in ((150, 200), (64, 40)):
        image = np.ascontiguousarray(ASTRONAUT[:height, 100 : 100 + width])
        one, other = (inpainter.fill(image, hole(height, width)).astype(int) for inpainter in (compiled, eager))
        assert np.abs(one - other).max() <= 1  # views one by one and in a batch differ in their last bits
    assert len(seen) > 4 and set(seen) == {1}


def test_an_engine_that_cannot_run_is_refused_with_what_to_install(weights, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InpaintError, match=r"requirements-engines\.txt") as refused:
        Inpainter.load(weights, "cpu", "openvino")
    assert refused.value.code == "engine-missing"
    with pytest.raises(InpaintError, match=r"auto \| eager"):
        Inpainter.load(weights, "cpu", "fastest")


@pytest.mark.parametrize(
    ("system", "compiler", "runs"), [("win32", "g++", False), ("win32", "cl", True), ("linux", "g++", True)]
)
def test_compiling_needs_the_compiler_that_pytorch_takes(monkeypatch, system, compiler, runs):
    monkeypatch.setattr(shutil, "which", lambda name: name if name == compiler else None)
    monkeypatch.setattr(sys, "platform", system)
    assert (obstacle("compile", "cpu") == "") is runs


def test_measuring_gives_way_to_other_programs_on_windows_too(weights, monkeypatch):
    started = {}
    monkeypatch.setattr(engine_choice, "_LOW_PRIORITY", 0x4000)
    monkeypatch.setattr(engine_choice.subprocess, "Popen", lambda words, **more: started.update(more))
    monkeypatch.setattr(engine_choice, "recall", lambda *_: {})
    monkeypatch.setattr(engine_choice, "is_available", lambda engine, device: True)
    engine_choice.measure_beside(Inpainter.load(weights, "cpu", "eager").checkpoint, CPU)
    assert started["creationflags"] & 0x4000


def test_auto_weighs_the_start_against_the_number_of_fills(weights, monkeypatch):
    checkpoint = Inpainter.load(weights, "cpu", "eager").checkpoint
    measured = {"eager": {"start_s": 0.0, "fill_s": 0.1}, "onnx": {"start_s": 1.0, "fill_s": 0.05}}
    measured["compile"] = {"start_s": 60.0, "fill_s": 0.04}
    assert engine_choice.choose(checkpoint, CPU, 1000) == "eager"  # nothing was measured yet
    monkeypatch.setattr(engine_choice, "recall", lambda *_: measured)
    monkeypatch.setattr(engine_choice, "is_available", lambda engine, device: True)
    assert [engine_choice.choose(checkpoint, CPU, n) for n in (1, 100, 100_000)] == ["eager", "onnx", "compile"]
    monkeypatch.setattr(engine_choice, "is_available", lambda engine, device: engine != "onnx")
    assert engine_choice.choose(checkpoint, CPU, 100) == "eager"


def test_measuring_is_remembered_for_this_machine_and_leaves_out_what_fails_or_differs(weights, monkeypatch, capsys):
    checkpoint = Inpainter.load(weights, "cpu", "eager").checkpoint
    build = engines.build

    def fake_build(given, engine, device):
        networks = build(given, "eager", device)
        if engine == "onnx":
            raise RuntimeError("no such instruction")
        if engine == "openvino":
            return engines.Networks(engine, networks.edge, lambda *tensors: networks.inpaint(*tensors) + 0.01)
        return engines.Networks(engine, networks.edge, networks.inpaint)

    monkeypatch.setattr(engine_choice, "build", fake_build)
    monkeypatch.setattr(engine_choice, "is_available", lambda engine, device: True)
    measured = engine_choice.measure(checkpoint, CPU)
    assert set(measured) == {"eager", "compile"} and measured["eager"]["fill_s"] > 0
    assert "onnx cannot run: RuntimeError: no such instruction" in capsys.readouterr().err
    assert engine_choice.recall(checkpoint, CPU) == measured
    monkeypatch.setattr(engine_choice.platform, "node", lambda: "another machine")
    assert engine_choice.recall(checkpoint, CPU) == {}


def test_measuring_beside_starts_a_process_only_when_there_is_something_to_find_out(weights, monkeypatch):
    checkpoint = Inpainter.load(weights, "cpu", "eager").checkpoint
    started = []
    monkeypatch.setattr(engine_choice.subprocess, "Popen", lambda words, **_: started.append(words))
    monkeypatch.setattr(engine_choice, "recall", lambda *_: {})
    monkeypatch.setattr(engine_choice, "is_available", lambda engine, device: engine == "eager")
    engine_choice.measure_beside(checkpoint, CPU)
    assert started == []
    monkeypatch.setattr(engine_choice, "is_available", lambda engine, device: True)
    engine_choice.measure_beside(checkpoint, torch.device("cuda", 1))
    assert started == [[sys.executable, "-m", "inpaintgan.inference.engine_choice", str(weights), "cuda:1"]]
    monkeypatch.setattr(engine_choice, "recall", lambda *_: {"eager": {"start_s": 0.0, "fill_s": 0.1}})
    engine_choice.measure_beside(checkpoint, CPU)
    assert len(started) == 1


@pytest.mark.parametrize(("work", "close", "code"), [("None", False, 0), ("time.sleep(600)", True, 1)])
def test_the_measuring_process_ends_by_itself_and_with_its_parent(work, close, code):
    script = (
        "import time, inpaintgan.inference.engine_choice as choice; choice.load_baked = lambda *_: None; "
        "choice._PATIENCE_S = 0; choice.os.nice = lambda _: None; "
        f"choice.measure = lambda *_: {work}; choice._measure_for_parent('none', 'cpu')"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(engines.__file__).parents[2])}
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, env=environment)
    if close:
        process.stdin.close()
    try:
        assert process.wait(300) == code
    finally:
        process.kill()


def test_a_signal_is_survived_when_openvino_networks_are_gone(weights):
    if not engines.is_available("openvino", CPU):
        pytest.skip("openvino is not installed")
    checkpoint = Inpainter.load(weights, "cpu", "eager").checkpoint
    file = engines._onnx_file(checkpoint, "edge", checkpoint.edge_generator, 1)
    script = (
        "import signal, sys; from pathlib import Path; import inpaintgan.inference.engines as engines; "
        "first, second = (engines._openvino(Path(sys.argv[1])) for _ in range(2)); del first; del second; "
        "signal.signal(signal.SIGINT, lambda *_: print('handled')); signal.raise_signal(signal.SIGINT)"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(engines.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", script, file], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "handled\n"), done.stderr
