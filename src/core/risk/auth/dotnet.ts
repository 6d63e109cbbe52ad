/** ASP.NET: attributes of controllers and actions, and what is said of a mapped endpoint. */
import type { Framework } from './framework.ts';

export const aspnet: Framework = {
  id: 'aspnet',
  files: /\.(?:cs|cshtml|razor|fs)$/,
  sounds: /\bAuthorize\b|AllowAnonymous|RequireAuthorization|ValidateAntiForgeryToken|IgnoreAntiforgeryToken|EnableRateLimiting|RequireRateLimiting/,
  scope: /^(?:public\s+|internal\s+|sealed\s+|abstract\s+|partial\s+|static\s+)*(?:class|record)\s+(\w+)/,
  handler: /^(?:public|protected|internal)\s+(?:[\w<>[\],.?\s]{0,200}\s)?(\w+)\s*\(/,
  route: /^(?:\w+\s*=\s*)?\w+\.(Map(?:Get|Post|Put|Delete|Patch|Methods|Group|Hub|RazorPages|Controllers))\(\s*(?:"([^"]{0,200})")?/,
  marker: /^\[[A-Z]/,
  guard: /\b(Authorize)\b(?!\w)|\.(RequireAuthorization|RequireRole|RequireClaim)\(|\b(ValidateAntiForgeryToken|AutoValidateAntiforgeryToken)\b/g,
  open: /\b(AllowAnonymous|IgnoreAntiforgeryToken|DisableAntiforgery)\b/g,
  throttle: /\b(EnableRateLimiting|RequireRateLimiting)\b/g,
};
