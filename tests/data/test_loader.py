"""The endless stream and the validation set, as a trainer sees them."""

from __future__ import annotations

import itertools
import pickle
import subprocess
import sys
from collections import Counter

import psutil
import pytest
import torch

from inpaintgan.core.errors import InpaintError
from inpaintgan.core.ranks import Ranks
from inpaintgan.data.batch import Batch
from inpaintgan.data.loader import StreamSampler, make_train_loader, make_val_loader, split
from inpaintgan.data.pictures import open_pictures
from inpaintgan.imaging.folder import find_pictures
from waiting import has_ended, wait_for


def first(loader, count: int) -> list[Batch]:
    return list(itertools.islice(iter(loader), count))


def same(one: Batch, other: Batch) -> bool:
    return all(torch.equal(getattr(one, key), getattr(other, key)) for key in ("image", "gray", "edge", "mask"))


def test_batches_are_float_in_zero_to_one(folder, config):
    (loaded,) = first(make_train_loader(find_pictures(folder), config, 0), 1)
    assert {value.dtype for value in (loaded.image, loaded.gray, loaded.edge, loaded.mask)} == {torch.uint8}
    batch = loaded.to("cpu")
    assert len(batch) == 4
    assert batch.image.shape == (4, 3, 64, 64)
    assert batch.gray.shape == batch.edge.shape == batch.mask.shape == (4, 1, 64, 64)
    for tensor in (batch.image, batch.gray, batch.edge, batch.mask):
        assert tensor.dtype == torch.float32
        assert tensor.is_contiguous()
        assert 0 <= tensor.min() < tensor.max() <= 1
    for tensor in (batch.edge, batch.mask):
        assert set(tensor.unique().tolist()) == {0, 1}
    # OpenCV's luma, rounded to whole levels.
    luma = (batch.image * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    assert (luma - batch.gray).abs().max() < 1.5 / 255
    assert batch.unreadable == ()
    assert same(batch.to("cpu"), batch)


def test_each_epoch_holds_every_picture_once_in_a_new_order():
    tickets = list(itertools.islice(iter(StreamSampler(7, seed=3)), 21))
    assert [position for position, _ in tickets] == list(range(21))
    epochs = [[index for _, index in tickets[start : start + 7]] for start in (0, 7, 14)]
    assert all(sorted(epoch) == list(range(7)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]
    other = list(itertools.islice(iter(StreamSampler(7, seed=4)), 21))
    assert other != tickets


@pytest.mark.parametrize("start", [1, 6, 7, 8, 20])
def test_the_stream_goes_on_from_any_position(start):
    tickets = list(itertools.islice(iter(StreamSampler(7, seed=3)), 40))
    assert list(itertools.islice(iter(StreamSampler(7, seed=3, start_position=start)), 10)) == tickets[start:][:10]


def test_a_resumed_stream_is_the_same_to_the_bit(folder, config):
    files = find_pictures(folder)
    straight = first(make_train_loader(files, config, 0), 6)
    resumed = first(make_train_loader(files, config, 3 * config.batch_size), 3)
    assert all(same(one, other) for one, other in zip(straight[3:], resumed, strict=True))


def test_the_number_of_workers_changes_nothing(folder, config):
    files = find_pictures(folder)
    files[2].write_bytes(b"broken")
    alone = first(make_train_loader(files, config, 0), 5)
    helped = first(make_train_loader(files, config.model_copy(update={"workers": 2}), 0), 5)
    assert all(same(one, other) for one, other in zip(alone, helped, strict=True))
    assert [batch.unreadable for batch in alone] == [batch.unreadable for batch in helped]
    assert {path for batch in helped for path in batch.unreadable} == {str(files[2])}


def nth(rank: int, size: int) -> Ranks:
    ranks = Ranks()
    ranks.rank, ranks.size = rank, size
    return ranks


@pytest.mark.parametrize("size", [2, 4])
def test_ranks_side_by_side_see_what_one_alone_sees(folder, config, size):
    files = find_pictures(folder)
    alone = first(make_train_loader(files, config, 6), 5)
    shares = [first(make_train_loader(files, config, 6, ranks=nth(rank, size)), 5) for rank in range(size)]
    for batch, *parts in zip(alone, *shares, strict=True):
        assert [len(part) for part in parts] == [4 // size] * size
        for key in ("image", "gray", "edge", "mask"):
            assert torch.equal(getattr(batch, key), torch.cat([getattr(part, key) for part in parts]))


def test_a_batch_that_cannot_be_shared_equally_is_refused(folder, config):
    with pytest.raises(InpaintError, match="batch_size: 4 pictures cannot be shared equally by 3 processes"):
        make_train_loader(find_pictures(folder), config, 0, ranks=nth(1, 3))


def test_nothing_readable_is_refused_before_a_worker_starts(folder, config):
    files = find_pictures(folder)
    for file in files:
        file.write_bytes(b"")
    for make in (lambda: make_train_loader(files, config, 0), lambda: make_val_loader(files, config)):
        with pytest.raises(InpaintError) as refused:
            make()
        assert refused.value.code == "folder-unreadable"
        assert refused.value.hint


def test_validation_is_the_same_each_time(folder, config):
    files = find_pictures(folder)
    loader = make_val_loader(files, config)
    once, twice = list(loader), list(loader)
    assert [len(batch) for batch in once] == [4, 1]
    assert all(same(one, other) for one, other in zip(once, twice, strict=True))
    other_size = make_val_loader(files, config.model_copy(update={"batch_size": 5}))
    assert torch.equal(next(iter(other_size)).mask, torch.cat([batch.mask for batch in once]))


def test_a_batch_can_be_kept_without_what_it_was_sent_through(folder, config):
    batch = next(iter(make_val_loader(find_pictures(folder), config.model_copy(update={"workers": 1}))))
    kept = batch.owned()
    tensors = [value for value in vars(kept).values() if isinstance(value, torch.Tensor)]
    assert batch.image.is_shared() and len(tensors) >= 4 and not any(tensor.is_shared() for tensor in tensors)
    assert torch.equal(kept.image, batch.image) and kept.positions == batch.positions
    assert kept.owned().image is kept.image, "what is owned is not copied"


def test_validation_is_spread_over_the_set(folder, config):
    files = find_pictures(folder)
    few = make_val_loader(files, config.model_copy(update={"val_size": 3}))
    assert list(few.sampler) == [(0, 0), (1, 2), (2, 4)]
    many = make_val_loader(files, config.model_copy(update={"val_size": 100}))
    assert list(many.sampler) == [(index, index) for index in range(7)]


def test_one_in_twenty_is_held_out(config, tmp_path):
    for count, held_out in ((1, 1), (2, 1), (20, 1), (21, 2), (100, 5)):
        folder = tmp_path / str(count)
        folder.mkdir()
        for index in range(count):
            (folder / f"{index:03}.png").touch()
        pictures = open_pictures(folder)
        train, val = (list(part) for part in split(pictures, config))
        assert len(val) == held_out
        assert train
        if count > 1:
            assert Counter(train + val) == Counter(pictures)
        again = split(pictures, config.model_copy(update={"seed": 99}))
        assert [list(part) for part in again] == [train, val]


def test_a_validation_folder_holds_nothing_out(folder, config, tmp_path):
    pictures = open_pictures(folder)
    given = config.model_copy(update={"val_data": str(folder / "set-1")})
    train, val = split(pictures, given)
    assert (list(train), list(val)) == (list(pictures), find_pictures(folder / "set-1"))
    with pytest.raises(InpaintError) as refused:
        split(pictures, config.model_copy(update={"val_data": str(tmp_path / "none")}))
    assert refused.value.code == "folder-missing"
    (broken := tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(InpaintError, match=r"^val_data: None of the pictures can be read"):
        make_val_loader([broken], config.model_copy(update={"val_data": str(tmp_path)}))


def test_the_dataset_can_be_sent_to_a_started_worker(folder, config):
    # Windows and macOS start workers afresh instead of forking them.
    loader = make_train_loader(find_pictures(folder), config, 0)
    dataset, start = pickle.loads(pickle.dumps((loader.dataset, loader.worker_init_fn)))
    assert len(dataset) == 7
    assert callable(start)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is POSIX")
def test_workers_of_a_killed_trainer_end_by_themselves(folder, config):
    code = f"""
import sys; sys.path[:] = {sys.path}
import multiprocessing, time
from pathlib import Path
from inpaintgan.core.config import Config
from inpaintgan.data.loader import make_train_loader
from inpaintgan.data.pictures import open_pictures
from inpaintgan.imaging.folder import find_pictures
config = Config(**{config.model_dump() | {"workers": 2}})
batches = iter(make_train_loader(find_pictures(Path(config.data)), config, 0))
next(batches)
print(*[child.pid for child in multiprocessing.active_children()], flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as trainer:
        workers = [psutil.Process(int(pid)) for pid in trainer.stdout.readline().split()]
        trainer.kill()
    assert len(workers) == 2
    wait_for(lambda: all(has_ended(worker) for worker in workers))
