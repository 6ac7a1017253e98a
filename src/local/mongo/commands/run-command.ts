import { StoreError } from '../errors.ts';
import { type Doc, firstKey } from '../values/document.ts';
import { aggregate } from './aggregate.ts';
import { create, drop, dropDatabase, listCollections, listDatabases } from './catalog-commands.ts';
import { type Command, type CommandContext, checkArguments } from './command.ts';
import { count } from './count.ts';
import { getMore, killCursors } from './cursor-commands.ts';
import { remove } from './delete.ts';
import { distinct } from './distinct.ts';
import { find } from './find.ts';
import { findAndModify } from './find-and-modify.ts';
import { createIndexes, dropIndexes, listIndexes } from './index-commands.ts';
import { insert } from './insert.ts';
import { buildInfo, endSessions, hello, ping } from './server-commands.ts';
import { update } from './update.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  aggregate,
  buildInfo,
  buildinfo: buildInfo,
  count,
  create,
  createIndexes,
  delete: remove,
  distinct,
  drop,
  dropDatabase,
  dropIndexes,
  endSessions,
  find,
  findAndModify,
  findandmodify: findAndModify,
  getMore,
  hello,
  insert,
  isMaster: hello,
  ismaster: hello,
  killCursors,
  listCollections,
  listDatabases,
  listIndexes,
  ping,
  update,
};

const KNOWN_FIELDS = new Map(
  Object.entries(COMMANDS).flatMap(([name, { fields }]) =>
    fields === 'any' ? [] : [[name, new Set(fields)] as const],
  ),
);

/** Runs the command a body names by its first field; rejects with the StoreError that is to be the answer. */
export async function runCommand(body: Doc, context: Omit<CommandContext, 'database'>): Promise<Doc> {
  const name = firstKey(body) ?? '';
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    if (name === 'unsupportedOpQuery') {
      throw new StoreError(
        352,
        `Unsupported OP_QUERY command: ${String(body[name])}. The client driver may require an upgrade.`,
      );
    }
    throw new StoreError(59, `no such command: '${name}'`);
  }
  if (typeof body.$db !== 'string') throw new StoreError(40414, "BSON field '$db' is missing but a required field");
  const known = KNOWN_FIELDS.get(name);
  if (known !== undefined) checkArguments(name, body, known);
  return command.run(body, { ...context, database: body.$db });
}
