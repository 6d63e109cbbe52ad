/**
 * Where calls that a user of the server asks for may go: an allow-list of hosts, which the administrator of the machine writes and no request
 * can change. Nothing is on it unless somebody put it there.
 */
import { err, ok, type Problem, problem, type Result } from '../../core/base/result.ts';
import { type Network, readNetwork } from './address.ts';

export interface CallTerms {
  readonly hosts: readonly AllowedHost[];
  /** Networks that a name may lead to though they are private. */
  readonly networks: readonly Network[];
}

interface AllowedHost {
  /** Without encryption. */
  readonly plain: boolean;
  /** Exact; or what stands behind `*.`: any name below it. */
  readonly name: string;
  readonly below: boolean;
  readonly port: number;
}

/**
 * @param hosts `hooks.example.com`, `*.example.com`, `hooks.example.com:8443`; `http://127.0.0.1:9000` without encryption, in demo alone.
 * @param networks such as `10.20.0.0/16`. Problems: USAGE, each with the value it is about.
 */
export function readCallTerms(hosts: readonly string[], networks: readonly string[], demo: boolean): Result<CallTerms, readonly Problem[]> {
  const problems: Problem[] = [];
  const read = <T>(text: string, value: T | undefined, remedy: string): readonly T[] => {
    if (value !== undefined) return [value];
    problems.push(problem('USAGE', `${text} is not understood`, { place: text, remedy }));
    return [];
  };
  const allowed = hosts.flatMap((text) => read(text, hostOf(text), 'write a host, such as hooks.example.com, *.example.com or hooks.example.com:8443'));
  const excepted = networks.flatMap((text) => read(text, readNetwork(text), 'write a network, such as 10.20.0.0/16'));
  if (!demo)
    for (const { name } of allowed.filter((host) => host.plain))
      problems.push(problem('USAGE', `${name} would be called without encryption`, { place: name, remedy: 'call it by https: http is for demo data alone' }));
  return problems.length > 0 ? err(problems) : ok({ hosts: allowed, networks: excepted });
}

function hostOf(text: string): AllowedHost | undefined {
  const [, scheme = 'https', star, rest = ''] = /^(?:(https?):\/\/)?(\*\.)?([^/?#@*\s]+)$/.exec(text) ?? [];
  const url = `${scheme}://${rest}`;
  if (rest === '' || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  const plain = scheme === 'http';
  return { plain, name: hostname, below: star !== undefined, port: port === '' ? (plain ? 80 : 443) : Number(port) };
}

/** Why this address is never called; null: its host may be. What its name leads to is judged when it is called. */
export function refusedBy({ hosts }: Pick<CallTerms, 'hosts'>, text: string): Problem | null {
  const refuse = (message: string, remedy: string): Problem => problem('USAGE', message, { place: 'url', remedy });
  if (text.length > 2_000 || !URL.canParse(text)) return refuse('this is no address', 'write an https address');
  const { protocol, hostname, port, username, password, hash } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') return refuse('this is no https address', 'write an https address');
  if (username !== '' || password !== '' || hash !== '') return refuse('the address holds a user, a password or a fragment', 'leave it away: calls are signed');
  const plain = protocol === 'http:';
  const at = port === '' ? (plain ? 80 : 443) : Number(port);
  const fits = (host: AllowedHost): boolean => host.plain === plain && host.port === at && (host.below ? hostname.endsWith(`.${host.name}`) : hostname === host.name);
  if (hosts.some(fits)) return null;
  return refuse(`${plain ? 'http://' : ''}${hostname}:${at} is not among the hosts this server may call`, 'whoever runs the server names them: COUNTERSIGN_WEBHOOK_HOSTS');
}
