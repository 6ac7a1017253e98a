import { CommanderError } from 'commander';
import { CliError, usageError } from './cli-error.ts';
import { EXIT } from './exit-code.ts';
import { createOutput } from './output/output.ts';
import { createProgram } from './program.ts';

const interrupted = new AbortController();
// The first Ctrl-C lets a command say how to go on; the second ends it.
process.once('SIGINT', () => interrupted.abort());
// Whoever reads our output may have had enough of it.
process.stdout.on('error', () => process.exit(EXIT.ok));

const { env, stdout, stderr } = process;
const json = process.argv.includes('--json');
const exitWith = (code: number): void => {
  process.exitCode = code;
};

try {
  await createProgram({ env, stdout, stderr, signal: interrupted.signal, exitWith }).parseAsync();
} catch (error) {
  if (error instanceof CliError) {
    createOutput({ json, stdout, stderr }).problem(error);
    exitWith(error.exit);
  } else if (error instanceof CommanderError) {
    // Help that was asked for is no mistake. Of the others commander has told people.
    if (error.exitCode !== 0 && json) createOutput({ json, stdout, stderr }).problem(usageError(error.message));
    exitWith(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  } else if (interrupted.signal.aborted) exitWith(EXIT.interrupted);
  else throw error;
}
