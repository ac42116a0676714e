"""Decoding once: the same items from rows as from files, made anew when anything changes, within bounds."""

from __future__ import annotations

import errno
import itertools
import os
import pickle
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from inpaintgan.core.lock import FileLock
from inpaintgan.data import cache as cache_module
from inpaintgan.data import cache_store
from inpaintgan.data.cache import PictureCache, row_bytes, set_key
from inpaintgan.data.cache_store import CacheRefused, open_cache
from inpaintgan.data.loader import make_train_loader
from inpaintgan.data.sample import SampleMaker
from inpaintgan.imaging.encode import save_picture
from inpaintgan.imaging.folder import find_pictures
from inpaintgan.imaging.io import read_rgb
from inpaintgan.imaging.picture import Picture

PLENTY = 10**9


@pytest.fixture
def cached(config, tmp_path):
    """The config with a cache folder of its own."""
    return config.model_copy(update={"cache_dir": str(tmp_path / "cache")})


def make(files, config, progress=lambda done, total: True) -> PictureCache:
    return open_cache(files, config, PLENTY, progress)


def sets(config) -> list[str]:
    return sorted(path.name for path in Path(config.cache_dir).iterdir() if not path.name.startswith("."))


def half_made(config) -> list[str]:
    return [path.name for path in Path(config.cache_dir).glob(".*.tmp")]


@pytest.mark.parametrize("sigma", [2.0, 0.0, -1.0])
def test_items_from_rows_equal_those_from_files(folder, cached, sigma):
    config = cached.model_copy(update={"sigma": sigma})
    files = find_pictures(folder)
    files[3].write_bytes(b"broken")
    plain = SampleMaker(files, config, train=True)
    fast = SampleMaker(files, config, train=True, cache=make(files, config))
    for position in range(20):
        one, other = plain.make(position, position % 7), fast.make(position, position % 7)
        for part in ("picture", "gray", "edge", "mask"):
            assert np.array_equal(getattr(one, part), getattr(other, part)), part
        assert (one.file, one.unreadable) == (other.file, other.unreadable)
    assert fast.make(0, 3).unreadable == (str(files[3]),)


def test_nothing_is_decoded_twice(folder, cached, monkeypatch):
    files = find_pictures(folder)
    make(files, cached)
    monkeypatch.setattr(cache_store, "prepare", None)
    cache = make(files, cached)
    for file in files:  # rows outlive the files for as long as the training runs
        file.unlink()
    maker = SampleMaker(files, cached, train=False, cache=cache)
    assert maker.make(0, 5).unreadable == ()


def test_a_changed_file_or_setting_makes_new_rows(folder, cached):
    files = find_pictures(folder)
    names = {set_key(files, cached)}
    for change in ({"input_size": 96}, {"sigma": 3.0}, {"sigma": 0.0}):
        names.add(set_key(files, cached.model_copy(update=change)))
    names.add(set_key(files[1:], cached))
    names.add(set_key([*files[1:], files[0]], cached))
    os.utime(files[4], (1, 1))
    names.add(set_key(files, cached))
    files[4].write_bytes(files[5].read_bytes())
    names.add(set_key(files, cached))
    files[4].unlink()
    names.add(set_key(files, cached))
    assert len(names) == 9
    same = cached.model_copy(update={"mask": "half", "seed": 3, "batch_size": 2, "cache_gib": 1})
    assert set_key(files, same) == set_key(files, cached)


def test_a_changed_picture_is_seen_by_the_next_training(folder, cached):
    files = find_pictures(folder)
    make(files, cached)
    white = np.full((80, 80, 3), 255, np.uint8)
    save_picture(Picture(white), files[2])
    assert make(files, cached).get(2).picture.min() == 255
    assert len(sets(cached)) == 2


def test_rows_are_for_the_reader_to_change(folder, cached):
    files = find_pictures(folder)
    cache = make(files, cached)
    before = cache.get(0).picture.copy()
    cache.get(0).picture[:] = 0
    assert np.array_equal(cache.get(0).picture, before)
    copy = pickle.loads(pickle.dumps(cache))
    assert len(pickle.dumps(cache)) < 2000
    assert np.array_equal(copy.get(0).picture, before)


def test_batches_are_the_same_with_workers_and_rows(folder, cached, monkeypatch):
    monkeypatch.setattr(cache_store, "_CHUNK", 2)
    files = find_pictures(folder)
    config = cached.model_copy(update={"workers": 2})
    cache = make(files, config)
    plain = itertools.islice(iter(make_train_loader(files, cached, 0)), 4)
    fast = itertools.islice(iter(make_train_loader(files, config, 0, cache)), 4)
    for one, other in zip(plain, fast, strict=True):
        for part in ("image", "gray", "edge", "mask"):
            assert torch.equal(getattr(one, part), getattr(other, part))


def test_progress_is_told_and_can_stop_it(folder, cached, monkeypatch):
    monkeypatch.setattr(cache_store, "_CHUNK", 2)
    files = find_pictures(folder)
    told = []
    assert make(files, cached, lambda done, total: told.append((done, total)) or done < 4) is None
    assert told == [(2, 7), (4, 7)]
    assert sets(cached) == []
    assert half_made(cached) == []
    told.clear()
    assert len(make(files, cached, lambda done, total: told.append(done) or True)) == 7
    assert told == [2, 4, 6, 7]


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="Linux tells what is mapped")
def test_rows_that_are_given_up_are_removed_when_nothing_maps_them(folder, cached, monkeypatch):
    """Windows would refuse it, and gigabytes stay."""
    removed = []

    def remove(left):
        removed.append(left)
        assert str(left) not in Path("/proc/self/maps").read_text()
        shutil.rmtree(left)

    monkeypatch.setattr(cache_store, "remove_folder", remove)
    assert make(find_pictures(folder), cached, lambda done, total: False) is None
    assert len(removed) == 1


def test_a_training_of_less_than_an_epoch_makes_nothing_but_uses_what_is_there(folder, cached):
    files = find_pictures(folder)
    assert open_cache(files, cached, 7, lambda done, total: True) is None
    assert sets(cached) == []
    make(files, cached)
    assert open_cache(files, cached, 7, lambda done, total: True) is not None


def test_off(folder, cached):
    assert make(find_pictures(folder), cached.model_copy(update={"cache_gib": 0})) is None


def test_a_set_beyond_the_bound_is_refused_in_words(folder, cached):
    files = find_pictures(folder)
    bound = 6.5 * row_bytes(cached) / cache_store.GIB
    with pytest.raises(CacheRefused, match="more than cache_gib"):
        make(files, cached.model_copy(update={"cache_gib": bound}))


def test_the_least_recently_used_set_makes_room(folder, cached):
    files = find_pictures(folder)
    config = cached.model_copy(update={"cache_gib": 15 * row_bytes(cached) / cache_store.GIB})
    names = []
    for index, size in enumerate((7, 6)):
        cache = make(files[:size], config)
        names.append(cache.folder.name)
        os.utime(cache.folder / cache_module.META, (index, index))
    in_use = make(files, config)  # the first is now the younger
    picture = in_use.get(1).picture
    third = make(files[1:], config)
    assert sets(config) == sorted([names[0], third.folder.name])
    make(files[2:], config), make(files[3:], config)
    assert names[0] not in sets(config)
    assert np.array_equal(in_use.get(1).picture, picture)


@pytest.mark.parametrize("file", [cache_module._PICTURES, cache_module.META])
def test_a_damaged_set_is_made_anew(folder, cached, file):
    files = find_pictures(folder)
    cache = make(files, cached)
    expected, damaged = cache.get(0).picture.copy(), cache.folder / file
    damaged.write_bytes(damaged.read_bytes()[:10] if file != cache_module.META else b"{}")
    assert np.array_equal(make(files, cached).get(0).picture, expected)
    assert sets(cached) == [cache.folder.name]


def test_what_a_killed_process_left_is_swept(folder, cached):
    files = find_pictures(folder)
    cache = make(files, cached)
    root = cache.folder.parent
    for key in (cache.folder.name, "0" * 32, "1" * 32):
        (root / f".{key}.99.tmp").mkdir()
    held = FileLock(root / f".{'1' * 32}.lock")
    assert held.acquire()
    make(files[1:], cached)
    assert half_made(cached) == [f".{'1' * 32}.99.tmp"]
    held.release()


def test_a_second_training_waits_for_the_first(folder, cached):
    files = find_pictures(folder)
    root = Path(cached.cache_dir)
    root.mkdir()
    first = FileLock(root / f".{set_key(files, cached)}.lock")
    assert first.acquire()
    waited = threading.Event()
    result = []

    def second() -> None:
        result.append(make(files, cached, lambda done, total: waited.set() or True))

    thread = threading.Thread(target=second)
    thread.start()
    assert waited.wait(20)
    assert not result
    first.release()
    thread.join(20)
    assert len(result[0]) == 7


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_refuses_is_named(folder, cached, monkeypatch, number):
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(cache_module, "_reserve", refuse)
    with pytest.raises(CacheRefused, match=r"full|Read-only"):
        make(find_pictures(folder), cached)
    assert half_made(cached) == []


def test_the_rows_lie_on_the_disk_in_the_size_announced(folder, cached):
    files = find_pictures(folder)
    cache = make(files, cached)
    lying = sum((cache.folder / name).stat().st_size for name in ("pictures.u8", "edges.bits", "readable.u8"))
    assert lying == len(files) * row_bytes(cached)
    assert np.array_equal(cache.get(0).picture.shape, (64, 64, 3))
    assert read_rgb(files[0]).dtype == cache.get(0).picture.dtype


def test_rows_belong_to_the_code_of_the_detectors(folder, config, monkeypatch):
    """Who writes one changes it many times."""
    files = find_pictures(folder)
    before = set_key(files, config)
    monkeypatch.setattr(cache_module, "_detectors", lambda: ["another"])
    assert set_key(files, config) != before
    without_edges = config.model_copy(update={"sigma": 0.0})
    monkeypatch.undo()
    same = set_key(files, without_edges)
    monkeypatch.setattr(cache_module, "_detectors", lambda: ["another"])
    assert set_key(files, without_edges) == same
