/** The commits of a history in the order they landed, as far as their committers tell: a few bytes for each. */
import { err, ok, problem, type Result } from '../../core/base/result.ts';
import type { Oid } from '../../core/change/change.ts';
import { idLength, type Place } from './place.ts';
import { failure, startGit, tail } from './run.ts';

export interface LandedOrder {
  readonly length: number;
  id(i: number): Oid;
}

/** Commits of one history; more would not fit into the numbers used. */
const MOST = 20_000_000;

/** @param tips ids, `^id` to leave out what is behind it. Problems: CONTENT_UNSEEN where a commit is missing, GIT_FAILED. */
export async function landedOrder(place: Place, tips: readonly string[], signal?: AbortSignal): Promise<Result<LandedOrder>> {
  const child = startGit(['rev-list', '--topo-order', '--reverse', '--timestamp', '--stdin'], { env: place.objects });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const stderr = tail(child.stderr);
  child.stdin.end(`${tips.join('\n')}\n`);
  const found = new Found(idLength(place.format));
  for await (const chunk of child.stdout) if (signal?.aborted === true || !found.take(chunk as Buffer)) break;
  child.kill('SIGKILL');
  const code = await closed;
  if (signal?.aborted === true) return ok(new Found(idLength(place.format)).sorted());
  if (found.odd) return err(problem('GIT_FAILED', 'git rev-list answered something else'));
  return code === 0 ? ok(found.sorted()) : err(failure('rev-list', code, stderr()));
}

/** Lines of `<seconds> <id>`: the id packed, the time as a number. */
class Found {
  readonly #digits: number;
  readonly #times: number[] = [];
  #ids = Buffer.alloc(1 << 16);
  #rest = '';
  odd = false;

  constructor(digits: number) {
    this.#digits = digits;
  }

  take(chunk: Buffer): boolean {
    const text = this.#rest + chunk.toString('latin1');
    let at = 0;
    for (let end = text.indexOf('\n'); end >= 0 && !this.odd; end = text.indexOf('\n', at)) {
      this.#line(text.slice(at, end));
      at = end + 1;
    }
    this.#rest = text.slice(at);
    return !this.odd;
  }

  #line(line: string): void {
    const space = line.indexOf(' ');
    const time = Number(line.slice(0, space));
    const id = line.slice(space + 1);
    if (space < 0 || !Number.isFinite(time) || id.length !== this.#digits || this.#times.length >= MOST) {
      this.odd = true;
      return;
    }
    const bytes = this.#digits / 2;
    const at = this.#times.length * bytes;
    if (at + bytes > this.#ids.length) this.#ids = Buffer.concat([this.#ids, Buffer.alloc(this.#ids.length)]);
    this.#ids.write(id, at, 'hex');
    this.#times.push(time);
  }

  /** By time; git printed parents first, and that order stays where times are the same. */
  sorted(): LandedOrder {
    const [times, ids, bytes] = [this.#times, this.#ids, this.#digits / 2];
    const order = Int32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    return {
      length: order.length,
      id: (i) => {
        const at = (order[i] ?? 0) * bytes;
        return ids.toString('hex', at, at + bytes);
      },
    };
  }
}
