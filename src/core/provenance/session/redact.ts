/**
 * Takes secrets of well-known shapes out of text that is kept: commands carry tokens, plans quote configuration. A list of
 * shapes can only ever be part of the truth, so kept text also never leaves the machine. Every pattern is linear.
 */

const KEPT = '[redacted]';

const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g, KEPT],
  // headers: the rest of the line, up to the quote that closes it
  [/\b((?:proxy-)?authorization|x-api-key|x-auth-token|private-token|(?:set-)?cookie)(["']?\s{0,8}[:=]\s{0,8}["']?)[^\r\n"']+/gi, `$1$2${KEPT}`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${KEPT}`],
  // user and password before the host of an address
  [/:\/\/[^\s/]+@/g, `://${KEPT}@`],
  // names that say what they hold, with = or : or as an option
  [
    /([\w.-]{0,40}(?:passwo?r?d|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential)[\w.-]{0,40}["']?(?:\s{0,8}(?:=>|[:=])\s{0,8}|\s{1,8}(?=["']?[^\s"'-])))(?:"(?:[^"\\\r\n]|\\.)*(?:"[^\s,;&]*)?|'[^'\r\n]*(?:'[^\s,;&]*)?|[^\s"',;&]+)/gi,
    `$1${KEPT}`,
  ],
  [/\b(?:AKIA|ASIA|AIDA|AROA|AGPA|ANPA|ABIA|ACCA)[A-Z0-9]{16}/g, KEPT],
  [/\bgh[pousr]_[A-Za-z0-9]{20,}/g, KEPT],
  [/\bgithub_pat_\w{20,}/g, KEPT],
  [/\bgl(?:pat|dt|rt|ptt|cbt|agent|oas|soat)-[\w-]{16,}/g, KEPT],
  [/\bxox[abeoprs]-[\w-]{8,}/g, KEPT],
  [/\bsk-[\w-]{16,}|\b[rs]k_(?:live|test)_\w{8,}/g, KEPT],
  [/\bAIza[\w-]{30,}/g, KEPT],
  [/\bnpm_[A-Za-z0-9]{30,}/g, KEPT],
  [/\beyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?/g, KEPT],
];

export const redacted = (text: string): string => SHAPES.reduce((said, [shape, instead]) => said.replace(shape, instead), text);
