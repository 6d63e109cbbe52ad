/** `countersign serve`: opens the data folder, says where to go, runs until told to stop. */
import { mkdirSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Problem, problem } from '../core/base/result.ts';
import { serve as open, type Served } from '../world.ts';
import { type Answer, EXIT, refusal } from './exit.ts';
import { welcome } from './welcome.ts';

export interface ServeFlags {
  readonly demo?: boolean;
  readonly data?: string;
  readonly port?: string;
  readonly host?: string;
}

const DEFAULT_PORT = '4180';

export async function serve(flags: ServeFlags): Promise<Answer> {
  const asked = settings(flags);
  if ('code' in asked) return refusal([asked]);
  const served = await open({ ...asked, demo: flags.demo === true, log: (line) => process.stderr.write(`countersign: ${line}\n`) });
  if (!served.ok) return refusal(served.error);
  // Heard before anybody reads that we listen: whoever waits for those words may end us the moment they come.
  const stop = stopped();
  process.stdout.write(welcome(served.value, asked));
  await stop;
  await served.value.close();
  return { code: EXIT.ok, stdout: 'countersign: stopped\n', stderr: '' };
}

export interface Settings {
  readonly data: string;
  readonly port: number;
  readonly host: string;
}

function settings(flags: ServeFlags): Settings | Problem {
  const port = flags.port ?? process.env.COUNTERSIGN_PORT ?? DEFAULT_PORT;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return problem('USAGE', `${port} is no port`, { place: '--port', remedy: 'a number from 1 to 65535' });
  const data = resolve(flags.data ?? process.env.COUNTERSIGN_DATA ?? '.countersign-data');
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 });
  } catch (error) {
    return problem('DATA_INVALID', error instanceof Error ? error.message : String(error), { place: data, remedy: 'choose another --data folder' });
  }
  return { data: realpathSync(data), port: Number(port), host: flags.host ?? process.env.COUNTERSIGN_HOST ?? '127.0.0.1' };
}

/** Ctrl-C arrives more than once where npm hands it on: the terminal sent it to all of us. While we stop, the rest is heard and ignored. */
const stopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });

export type { Served };
