import { Command } from 'commander';
import { addBatchCommands } from './batch/batch-commands.ts';
import { createContextOf, type Surroundings } from './context.ts';
import { addQueuesCommand } from './queues-command.ts';
import { addRunsCommands } from './runs/runs-commands.ts';
import { addThreadsCommand } from './threads-command.ts';

/** The whole command line. It throws CommanderError instead of ending the process, and CliError when a command fails. */
export function createProgram(surroundings: Surroundings): Command {
  const program = new Command('skein')
    .description('Batches, runs, threads and queues of a Skein server.')
    .option('--url <url>', 'the server; default SKEIN_URL, else http://127.0.0.1:8123')
    .option('--json', 'machine-readable: a line of JSON for each thing, problems as JSON on stderr')
    .addHelpText(
      'after',
      '\nSKEIN_API_KEY is sent as the key. Exit codes: 0 done, 1 refused, 2 wrong use, 3 no answer, 4 ended without completing, 130 Ctrl-C.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
      // With --json what is wrong is told once, as JSON.
      outputError: (text, write) => program.opts<{ json?: boolean }>().json || write(text),
    });
  const contextOf = createContextOf(surroundings);
  addBatchCommands(program, contextOf);
  addRunsCommands(program, contextOf);
  addThreadsCommand(program, contextOf);
  addQueuesCommand(program, contextOf);
  return program;
}
