// Settings as a config.yml: taken from a file of the person's, and given as a download.

import { call, codeOf } from "../js/bridge.js";
import { byId } from "../js/dom.js";
import { count, plural } from "../js/format.js";
import { settingTitle } from "../js/labels.js";
import { saveBlob } from "../js/save-blob.js";
import { fieldOf } from "../js/schema.js";
import { errorText, say, showError } from "../js/shell.js";

const MAX_BYTES = 1_000_000; // a hundred times what Export YAML writes: the program would be busy with more for seconds

/**
 * @param {File} file
 * @returns {Promise<string>} what it says
 * @throws {Error} in words: it is none of text, or far too large for one of settings
 */
async function textOf(file) {
  if (file.size > MAX_BYTES) throw new Error(`This is no file of settings: it has ${count(Math.round(file.size / 1e6))} MB.`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    throw new Error("This is not a UTF-8 text file. Save it as one.");
  }
}

export class SettingsFiles {
  /**
   * @param {import("./draft.js").Draft} draft
   * @param {import("./launch.js").Launch} launch shows what is refused
   * @param {() => void} show draws the page again
   */
  constructor(draft, launch, show) {
    this.draft = draft;
    this.launch = launch;
    this.show = show;
  }

  /** @param {File} file */
  async take(file) {
    try {
      const { values } = await call("config_from_yaml", await textOf(file));
      this.draft.take({ ...values, data: values.data || this.draft.values.data });
      this.launch.refuse("");
      this.show();
      const { length } = this.draft.changedOnPageTwo;
      say(`Settings imported from ${file.name}: ${length ? plural(length, "difference") : "no difference"}.`, { kind: "ok" });
      byId("diff", HTMLDetailsElement).open = length > 0;
    } catch (error) {
      // The file has the keys, the page has the titles.
      const faults = errorText(error).split("\n").map((line) => {
        const { key, text } = fieldOf(line, this.draft.config.schema);
        return key ? `${settingTitle(key)} (${key}): ${text}` : line;
      });
      say(`${file.name} was not imported: ${plural(faults.length, "error")}.`, { kind: "error" });
      this.launch.refuse(`${file.name}: ${faults.length > 1 ? "\n" : ""}${faults.join("\n")}`);
    }
  }

  async give() {
    try {
      const { yaml } = await call("config_to_yaml", this.draft.values);
      saveBlob(new Blob([yaml], { type: "application/yaml" }), "config.yml");
      say("config.yml exported.", { kind: "ok" });
    } catch (error) {
      if (codeOf(error) === "config-invalid") this.launch.showRefusal(error);
      showError(error);
    }
  }
}
