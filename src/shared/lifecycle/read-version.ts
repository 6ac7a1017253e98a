import { readFile } from 'node:fs/promises';

/** Version of Skein, from package.json. */
export async function readVersion(): Promise<string> {
  const { version } = JSON.parse(await readFile(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
