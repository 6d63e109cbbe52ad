/** The rules of routing, mesh and names: one file, for several readers say the same of different formats. */
import { rule } from '../finding.ts';

export const NET101 = rule('NET101', 'route', 'critical', 'inferred', ['the new way carried traffic before the old one goes']);
export const NET102 = rule('NET102', 'ingress-open', 'high', 'inferred', ['the sources are named']);
export const NET103 = rule('NET103', 'allow-removed', 'high', 'inferred', ['the same is allowed elsewhere', 'logs show that nobody came this way']);
export const NET104 = rule('NET104', 'balancer', 'high', 'inferred', ['the targets that stay carry the load', 'the new check answers in every version that runs']);
export const NET105 = rule('NET105', 'weight-jump', 'high', 'inferred', ['traffic moves in steps, and each is watched']);
export const NET106 = rule('NET106', 'match-order', 'high', 'inferred', ['the narrower match stands before the broader one']);
export const NET107 = rule('NET107', 'tls-or-host', 'critical', 'inferred', ['another object answers for the same host', 'every client speaks the new terms']);
export const NET108 = rule('NET108', 'subset-gone', 'elevated', 'inferred', ['no route names the subset']);
export const NET109 = rule('NET109', 'dns', 'critical', 'inferred', ['the name is asked for by nobody', 'the time to live was lowered first']);
export const NET110 = rule('NET110', 'failover-policy', 'high', 'inferred', ['a failover was rehearsed with the new terms']);
export const NET111 = rule('NET111', 'edge', 'high', 'inferred', ['what the rule stopped is stopped elsewhere']);
export const NET112 = rule('NET112', 'proxy', 'high', 'heuristic', ['the servers that stay carry the load']);
export const NET113 = rule('NET113', 'raw-filter', 'high', 'heuristic', ['it was tried where nobody is served']);
