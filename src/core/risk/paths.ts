/**
 * What a path alone says, of files that nobody reads and whose unread change is dangerous: who may do what (sudoers, keys that
 * let in), where traffic goes (servers whose language no detector knows), and workflows. Everything else that is not read is
 * listed as not analysed, and policy may ask for more because of it. Heuristic, so never more than high.
 */
import type { FileEvidence } from './evidence.ts';
import { rule } from './finding.ts';
import { kindsOf } from './kinds.ts';
import { textOf } from './lines.ts';
import { network } from './network/network.ts';
import type { Detector, Finding } from './risk.ts';

const PATH102 = rule('PATH102', 'iam-path', 'high', 'heuristic', ['the set of who may do what is no larger than before']);
const PATH103 = rule('PATH103', 'routing-path', 'high', 'heuristic', ['the old routes still answer, and the way back is known']);
const PATH104 = rule('PATH104', 'workflow-path', 'high', 'heuristic', ['no check, approval or pin is lost']);

export const paths: Detector = { id: 'paths', detect: ({ files }) => files.flatMap((f) => [...rights(f), ...routes(f), ...workflow(f)]) };

/** Formats of their own, in which a word decides who gets in. */
const RIGHTS =
  /(?:^|[/_.-])sudoers(?:[/_.-]|$)|(?:^|\/)(?:authorized_keys|authorized_principals|pam\.d\/|polkit-1\/|ssh_known_hosts|sshd_config|htpasswd|krb5|kdc|access\.conf|slapd|nsswitch)|\.(?:cedar|polar|fga|keytab|acl)$/i;
/** Servers and routers whose language no detector reads. */
const SERVERS =
  /(?:^|[/_.-])(?:caddyfile|traefik|envoy|squid|keepalived|named|bind9?|unbound|dnsmasq|powerdns|pdns|gdnsd|lvs|ipvs|pybal|wireguard|openvpn|strongswan|ats|trafficserver|resolv)(?:[/_.-]|$)/i;
const CONFIGURATION = /\.(?:conf|cfg|cnf|ini|toml|config|erb|epp|j2|tmpl|template|tpl|rules|list|acl|cedar|polar|fga)(?:\.\w+)?$|(?:^|\/)[^./]+$/i;

/** Data and HCL are read by their values, code is code, and prose is prose. */
const isText = (file: FileEvidence): boolean =>
  [file.base, file.head].every((side) => side === undefined || side.kind === 'text') && CONFIGURATION.test(file.path) && !kindsOf(file.path).includes('prose');

function rights(file: FileEvidence): readonly Finding[] {
  return isText(file) && RIGHTS.test(file.path) ? [PATH102(said(file, 'decides who may do what'))] : [];
}

function routes(file: FileEvidence): readonly Finding[] {
  return isText(file) && SERVERS.test(file.path) && network.reads?.(file) !== true ? [PATH103(said(file, 'decides where traffic goes'))] : [];
}

function workflow(file: FileEvidence): readonly Finding[] {
  if (!kindsOf(file.path).includes('workflow') || isRead(file)) return [];
  if (onlyPins(file)) return [PATH104({ place: { path: file.path, side: 'head' }, severity: 'elevated', what: PINS(file.path), because: [['path', file.path]] })];
  return [PATH104(said(file, 'runs with the rights of the pipeline'))];
}

/** Jobs and steps of these are compared one by one (CI101 to CI110), and only what they lose is worth a word. */
const isRead = (file: FileEvidence): boolean => [file.base, file.head].every((side) => side === undefined || (side.kind === 'data' && side.problem === undefined));

function said(file: FileEvidence, why: string): Parameters<typeof PATH102>[0] {
  return {
    place: { path: file.path, side: file.head === undefined ? 'base' : 'head' },
    what: `${file.path} ${why}, and it is ${{ A: 'added', D: 'deleted', M: 'changed', T: 'turned into something else' }[file.status]}`,
    because: [['path', file.path]],
  };
}

const PINS = (path: string): string => `${path} takes its actions from other commits: other code runs with the rights of the pipeline`;

/** The same actions, each pinned by a full commit id before and after: no check, approval or pin is lost. A tag is no pin. */
function onlyPins({ base, head }: FileEvidence): boolean {
  const [before, after] = [textOf(base), textOf(head)];
  return before !== '' && after !== '' && before !== after && unpinned(before) === unpinned(after);
}

const unpinned = (text: string): string => text.replace(/^([ \t]*(?:- )?uses:[ \t]+["']?[\w./-]+@)[0-9a-f]{40}(["']?)[ \t]*(?:#[^\n]*)?$/gm, '$1$2');
