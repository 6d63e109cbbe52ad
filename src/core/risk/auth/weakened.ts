/**
 * Protection that a line switches off or takes away: certificates, tokens and hashes (AUTH103), sessions and cookies (AUTH104), what
 * browsers are told (AUTH105), lockouts, second factors and audit lines (AUTH109).
 */
import type { FileEvidence } from '../evidence.ts';
import { rule, type Saying } from '../finding.ts';
import { type NewLine, textOf } from '../lines.ts';
import type { Detector, Finding } from '../risk.ts';
import { isRehearsal } from '../source/files.ts';
import { addedCode, goneCode, mayHold, textOfLines } from './code-lines.ts';

const AUTH103 = rule('AUTH103', 'crypto-off', 'critical', 'heuristic', ['the check is made elsewhere before anything is trusted']);
const AUTH104 = rule('AUTH104', 'session', 'high', 'heuristic', ['the cookie is set with its flags by whatever stands in front']);
const AUTH105 = rule('AUTH105', 'browser', 'high', 'heuristic', ['the header is set by whatever stands in front']);
const AUTH109 = rule('AUTH109', 'throttle-or-audit', 'high', 'heuristic', ['the event is written elsewhere', 'the limit is kept by whatever stands in front']);

type Row = readonly [make: (s: Saying) => Finding, pattern: RegExp, what: string];

const ADDED: readonly Row[] = [
  [
    AUTH103,
    /\bverify\s*=\s*False\b(?!.{0,40}verify_signature)|\brejectUnauthorized["']?\s*[:=]\s*false\b|\bInsecureSkipVerify\s*[:=]\s*true\b|\bNODE_TLS_REJECT_UNAUTHORIZED["']?\]?\s*[:=]\s*["']?0|\bdanger_accept_invalid_(?:certs|hostnames)\(true\)|\bcheck_hostname\s*=\s*False\b|\bCERT_NONE\b|\bVERIFY_NONE\b|\b_create_unverified_context\b|SSL_?VERIFY(?:PEER|HOST)["']?\s*(?:,|=>|=)\s*(?:false|0)|\bServerCertificateCustomValidationCallback\b.{0,80}(?:=>\s*true|DangerousAcceptAny)|\bTrustAll(?:Certs|Certificates|Strategy)?\b|\bNoopHostnameVerifier\b|\bstrictSSL["']?\s*[:=]\s*false\b|\bverify_ssl["']?\s*(?:=>|[:=])\s*(?:false|False)\b|\bssl_verify(?:_peer)?["']?\s*(?:=>|[:=])\s*(?:false|False|off)\b|\binsecure_skip_verify["']?\s*[:=]\s*true\b/,
    'no longer checks whom it talks to',
  ],
  [
    AUTH103,
    /["']?alg(?:orithms?)?["']?\s*[:=]\s*\[?\s*["']none["']|\bverify_signature["']?\s*[:=]\s*False\b|\bjwt\.decode\([^)]{0,200}(?:,\s*(?:nil|None|null),\s*false|verify\s*=\s*False)|\bParseUnverified\(|\bignoreExpiration["']?\s*:\s*true\b|\bverify_exp["']?\s*[:=]\s*False\b/,
    'takes tokens that nobody signed',
  ],
  [
    AUTH103,
    /\b(?:md5|sha1|MD5|SHA1)\b.{0,60}\b(?:password|passwd|pwd|signature|hmac|token|secret)\b|\b(?:password|passwd|pwd|signature|token|secret)\w*\s*=.{0,60}(?:\bmd5\(|\bsha1\(|createHash\(["'](?:md5|sha1)|hashlib\.(?:md5|sha1)|Digest::(?:MD5|SHA1)|MessageDigest\.getInstance\("(?:MD5|SHA-?1)")|\b(?:DES|RC4|ECB)\b.{0,40}(?:getInstance|createCipher|Cipher)|\b(?:Cipher\.getInstance\("(?:DES|RC4|AES\/ECB)|createCipher(?:iv)?\(["'](?:des|rc4|aes-\d+-ecb))/,
    'protects something with a hash or cipher that is broken',
  ],
  [
    AUTH104,
    /\bhttp_?only["']?\s*(?:=>|[:=])\s*(?:false|False)\b|\bSESSION_COOKIE_(?:HTTPONLY|SECURE)\s*=\s*False\b|\bCSRF_COOKIE_SECURE\s*=\s*False\b|\bsecure["']?\s*(?:=>|:)\s*false\b|\bsame_?site["']?\s*(?:=>|[:=])\s*["':]?none\b|\bsession\.cookie_(?:httponly|secure)\s*=\s*(?:0|off|false)\b/i,
    'sets cookies that others may read or send',
  ],
  [
    AUTH105,
    /Access-Control-Allow-Origin["']?\s*[,:=)]\s*["'(]*\s*\*|\bCORS_(?:ORIGIN_)?ALLOW_ALL(?:_ORIGINS)?\s*=\s*True\b|\borigin["']?\s*:\s*(?:["']\*["']|true\b)|\bAllowAnyOrigin\(\)|\ballow_origins\s*=\s*\[\s*["']\*["']|\.allowedOrigins\("\*"\)|\bAllowAllOrigins\s*[:=]\s*true\b|@CrossOrigin\(\s*(?:origins\s*=\s*)?"\*"/,
    'lets every site read its answers',
  ],
  [
    AUTH105,
    /(?:script-src|default-src|style-src|Content-Security-Policy)[^\n]{0,300}(?:'unsafe-(?:inline|eval)'|\s\*(?:\s|;|"))|\bcontentSecurityPolicy["']?\s*:\s*false\b|\bframeguard["']?\s*:\s*false\b/,
    'lets a page run what an attacker puts into it',
  ],
  [
    AUTH105,
    /\.csrf\(\s*\)\.disable\(\)|\bcsrf\s*(?:\(|\{)\s*(?:\w+\s*->\s*\w+\.|it\.)?disable\(\)|\bcsrf(?:Protection)?["']?\s*[:=]\s*false\b|\bskip_(?:before_action|forgery_protection)\b.{0,40}(?:verify_authenticity_token)?\s*$(?<=verify_authenticity_token|forgery_protection)|\bskip_before_action\s+:verify_authenticity_token|\bWTF_CSRF_ENABLED\s*=\s*False\b|\brequire_csrf\s*=\s*False\b|\bprotect_from_forgery\s+with:\s*:null_session|\bDisableCsrf\b/i,
    'takes requests that another site makes',
  ],
];

/** What went, and what shows at head that it did not. */
const GONE: readonly (readonly [...Row, still: RegExp])[] = [
  [
    AUTH103,
    /\b(?:timingSafeEqual|compare_digest|constant_time_compare|secure_compare|ConstantTimeCompare|hash_equals|fixed_length_secure_compare|MessageDigest\.isEqual|FixedTimeEquals|CRYPTO_memcmp)\s*\(/,
    'no longer compares secrets in constant time',
    /\b(?:timingSafeEqual|compare_digest|constant_time_compare|secure_compare|ConstantTimeCompare|hash_equals|fixed_length_secure_compare|MessageDigest\.isEqual|FixedTimeEquals|CRYPTO_memcmp)\s*\(/,
  ],
  [
    AUTH103,
    /\bjwt\.verify\(|\bverify_(?:jwt|signature|id_token|webhook\w*)\s*\(|\bverifySignature\s*\(|\bValidateToken\(|\bVerifySignature\(|\bconstructEvent\(/,
    'no longer verifies a signature',
    /\bverif\w*\s*\(|\bValidateToken\(|\bVerify\w*\(|\bconstructEvent\(/i,
  ],
  [
    AUTH104,
    /\bhttp_?only["']?\s*(?:=>|[:=])\s*(?:true|True)\b|\bSESSION_COOKIE_(?:HTTPONLY|SECURE)\s*=\s*True\b/i,
    'no longer keeps its cookies from scripts',
    /\bhttp_?only\b|SESSION_COOKIE/i,
  ],
  [
    AUTH104,
    /\b(?:session\.regenerate|regenerateId|session_regenerate_id|cycle_key|reset_session|changeSessionId|regenerate_session|RenewToken)\s*\(?/,
    'no longer changes the session when somebody signs in',
    /\b(?:session\.regenerate|regenerateId|session_regenerate_id|cycle_key|reset_session|changeSessionId|regenerate_session|RenewToken)\b/,
  ],
  [
    AUTH105,
    /\bCsrfViewMiddleware\b|\bXFrameOptionsMiddleware\b|\bSecurityMiddleware\b|\bprotect_from_forgery\b|\bCSRFProtect\(|\bcsurf\(|\bAddAntiforgery\(|\bnosurf\b|\bcsrf\.Protect\(/,
    'no longer tells its own requests from those of other sites',
    /\bCsrfViewMiddleware\b|\bXFrameOptionsMiddleware\b|\bSecurityMiddleware\b|\bprotect_from_forgery\b|\bCSRFProtect\(|\bcsurf\(|\bAddAntiforgery\(|\bnosurf\b|\bcsrf\.Protect\(|\bcsrf\w*\(/,
  ],
  [
    AUTH105,
    /\bhelmet\(|["']?(?:Content-Security-Policy|Strict-Transport-Security|X-Frame-Options|X-Content-Type-Options)["']?\s*[,:=)\]]|\bSECURE_HSTS_SECONDS\b|\bforce_ssl\s*=\s*true\b/i,
    'no longer tells browsers what to refuse',
    /\bhelmet\b|Content-Security-Policy|Strict-Transport-Security|X-Frame-Options|X-Content-Type-Options|SECURE_HSTS|\bforce_ssl\s*=\s*true|contentSecurityPolicy|\bcsp\b/i,
  ],
  [
    AUTH109,
    /\b(?:rateLimit|rate_limit|RateLimiter?|ratelimiter|throttle|loginLimiter|axes|lockout|account_locked|failed_attempts|max_attempts|verify_?(?:otp|totp|mfa|2fa)|require_?(?:mfa|2fa|otp)|Rack::Attack)\w*\s*[(.:]/,
    'no longer limits or confirms who tries',
    /(?:rate_?limit|limiter|throttl|axes|lockout|locked|attempts|otp|totp|mfa|2fa|two_factor|Rack::Attack)/i,
  ],
  [
    AUTH109,
    /\b(?:audit(?:_?log\w*|Event|Logger|Trail)?|security_?(?:log|event)\w*|record_event|log_security\w*|track_event\w*security)\s*[.(]/,
    'no longer writes down who did what',
    /\b(?:audit|security_?(?:log|event)|record_event|log_security)/i,
  ],
];

export const weakened: Detector = { id: 'weakened', detect: ({ files }) => files.filter((f) => mayHold(f.path)).flatMap((f) => [...added(f), ...gone(f, files)]) };

function say(make: Row[0], file: FileEvidence, side: 'base' | 'head', l: NewLine, what: string): Finding {
  const lighter = isRehearsal(file.path) ? { severity: 'elevated' as const } : {};
  return make({
    place: { path: file.path, side, line: l.line },
    ...lighter,
    because: [[side === 'head' ? 'line' : 'line that went', l.text]],
    what: `${file.path} line ${l.line} ${what}`,
  });
}

/** What the file did already, it does not begin to do: counted, so that a line that moves or is reworded is none. */
function added(file: FileEvidence): readonly Finding[] {
  const text = textOfLines(addedCode(file));
  if (text === '') return [];
  return ADDED.flatMap(([make, pattern, what]) => {
    if (!pattern.test(text)) return [];
    const lines = addedCode(file).filter((l) => pattern.test(l.text));
    const lost = lines.length === 0 ? 0 : goneCode(file).filter((l) => pattern.test(l.text)).length;
    return lines.slice(lost).map((l) => say(make, file, 'head', l, what));
  });
}

/** What another file of the change begins to do only moved. */
function gone(file: FileEvidence, files: readonly FileEvidence[]): readonly Finding[] {
  const text = file.head === undefined ? '' : textOfLines(goneCode(file));
  if (text === '') return [];
  return GONE.flatMap(([make, pattern, what, still]) => {
    if (!pattern.test(text)) return [];
    const [first] = goneCode(file).filter((l) => pattern.test(l.text));
    if (
      first === undefined ||
      addedCode(file).some((l) => still.test(l.text)) ||
      files.some((f) => pattern.test(f === file ? textOf(f.head) : mayHold(f.path) ? textOfLines(addedCode(f)) : '')) ||
      /^(?:import|from|use|using|require)\b|^(?:export\s+)?(?:type|interface)\b/.test(first.text)
    )
      return [];
    return [say(make, file, 'base', first, what)];
  });
}
