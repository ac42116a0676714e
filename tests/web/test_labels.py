"""Every choice that the schema offers has words in the pages, which would show its bare name otherwise."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from inpaintgan.core.config import Config

LABELS = Path(__file__).resolve().parents[2] / "web" / "js" / "labels.js"
SCRIPT = """
const { CHOICES, EXPLAINED } = await import(process.argv[1]);
const choices = JSON.parse(process.argv[2]);
const untitled = choices.filter(([key, value]) => !CHOICES[key]?.[value]);
const unexplained = choices.filter(([key, value]) => key in EXPLAINED && !EXPLAINED[key][value]);
console.log(JSON.stringify({ untitled, unexplained }));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not here")
def test_every_choice_has_a_title_and_on_page_one_an_explanation():
    properties = Config.model_json_schema()["properties"].items()
    choices = [(key, value) for key, schema in properties for value in schema.get("enum", ())]
    assert ("mask", "half") in choices
    command = ["node", "--input-type=module", "-e", SCRIPT, LABELS.as_uri(), json.dumps(choices)]
    said = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert said["untitled"] == [], "give each a title in CHOICES of web/js/labels.js"
    assert said["unexplained"] == [], "give each a sentence in EXPLAINED of web/js/labels.js"
