/**
 * Takes secrets out of what a finding quotes: it is logged for good and read by many. Only shapes that are nothing else, for a finding
 * about `id-token: write` has to say so; a list of shapes is part of the truth. Every pattern is linear.
 */
const GONE = '[redacted]';

const SHAPES: readonly (readonly [RegExp, string])[] = [
  // user and password before the host of an address
  [/:\/\/[^\s/@:'"]{0,200}:[^\s/@'"]{1,500}@/g, `://${GONE}@`],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${GONE}`],
  [/\b(password|identified\s{1,4}by|passphrase)(\s{1,4}|\s{0,4}=\s{0,4})'[^']*'?/gi, `$1$2'${GONE}'`],
  [/(\s--?[\w-]{0,40}(?:password|passwd|token|secret|api-?key)(?:=|\s{1,4}))(?!-)\S+/gi, `$1${GONE}`],
  [/(\b[\w-]{0,40}(?:password|passwd|secret_key|access_key|api_?key)=)(?!=)[^\s;&|'"]+/gi, `$1${GONE}`],
  // curl -u user:password, mysql -ppassword, redis-cli -a password
  [/(\s(?:-u|--user)[= ]\s{0,4}[^\s:'"]{1,100}:)\S+/g, `$1${GONE}`],
  [/(\b(?:mysql|mariadb)\w{0,12}\b[^|;&\n]{0,200}?\s-p)(?=[^\s-])\S+/g, `$1${GONE}`],
  [/(\bredis-cli\b[^|;&\n]{0,200}?\s-a\s{1,4})\S+/g, `$1${GONE}`],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bxox[abeoprs]-[\w-]{8,}|\bsk-[\w-]{16,}|\bnpm_[A-Za-z0-9]{30,}/g, GONE],
];

export const withoutSecrets = (text: string): string => SHAPES.reduce((said, [shape, instead]) => said.replace(shape, instead), text);
