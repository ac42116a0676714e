// The settings that tell runs apart. Pure: no DOM, tested by node.

/**
 * Settings that are not the same in all configs, in the order of the first one that has them.
 * @param {Record<string, unknown>[]} configs
 * @returns {{key: string, values: unknown[]}[]} undefined where a config does not know the setting
 */
export function differences(configs) {
  const keys = [...new Set(configs.flatMap((config) => Object.keys(config)))];
  return keys.map((key) => ({ key, values: configs.map((config) => config[key]) }))
    .filter(({ values }) => values.some((value) => JSON.stringify(value) !== JSON.stringify(values[0])));
}
