/** Go: handlers wrapped in guards, and middleware of chi, gin, echo, gorilla and net/http. */
import type { Framework } from './framework.ts';

export const golang: Framework = {
  id: 'go',
  files: /\.go$/,
  sounds: /\.(?:Use|With|Group|HandleFunc|Handle|GET|POST|PUT|DELETE|PATCH|Get|Post|Put|Delete|Patch)\(/,
  scope: /^func\s+(?:\([^)]{0,100}\)\s*)?(\w+)/,
  route:
    /^(?:[\w.]+\s*:?=\s*)?[\w.]+(?:\([^()]{0,200}\)\.)?\.?(HandleFunc|Handle|GET|POST|PUT|DELETE|PATCH|Get|Post|Put|Delete|Patch|Group|Route|Mount|Method)\(\s*"([^"]{1,200})"/,
  wide: /^(?:[\w.]+)\.Use\(/,
  guard:
    /\b((?:\w+\.)?(?:[Rr]equire|[Ee]nsure|[Mm]ust|[Vv]erify|[Cc]heck|[Ww]ith|[Ii]s|[Oo]nly|[Aa]ssert)?\w{0,30}(?:Auth|auth|Login|Admin|Permission|Role|JWT|Token|Session|RBAC|CSRF|Csrf|ACL)(?:n|z|ed|enticate\w{0,30}|enticated|entication|orize\w{0,30}|orized|orization|Middleware|Required|Handler|Only|Check\w{0,30}|Guard|Verify\w{0,30}|Protect\w{0,30})?)\s*(?:\(|,|\))/g,
  throttle: /\b((?:\w+\.)?\w{0,30}(?:RateLimit|Throttle|Limiter)\w{0,30})\b/g,
};
