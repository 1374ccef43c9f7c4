/**
 * Reads a command line; prints the usage instead when that was asked for or is needed, and sets the exit
 * code when it is.
 */
export function settingsOrUsage<Settings>(
  read: (args: readonly string[]) => Settings | undefined,
  usage: string,
): Settings | undefined {
  try {
    const settings = read(process.argv.slice(2));
    if (settings === undefined) console.log(usage);
    return settings;
  } catch (thrown) {
    console.error(`${thrown instanceof Error ? thrown.message : String(thrown)}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}
