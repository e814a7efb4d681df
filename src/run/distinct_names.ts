/**
 * Names that tell configs apart, each as `config.json` has it: the model and, where several share
 * it, the settings in which they differ. Configs that are the same have the same name.
 */
export function distinctNames(configs: readonly Readonly<Record<string, unknown>>[]): string[] {
  return configs.map((config) => {
    const alike = configs.filter(({ model }) => model === config.model);
    const varied = Object.entries(config).filter(([name, value]) =>
      alike.some((other) => other[name] !== value)
    );
    return [config.model, ...varied.map(([name, value]) => `${name}=${value}`)].join(" ");
  });
}
