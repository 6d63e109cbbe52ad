/** Laravel and Symfony: middleware of routes and controllers, attributes. */
import type { Framework } from './framework.ts';

export const laravel: Framework = {
  id: 'laravel',
  files: /\.php$/,
  sounds: /middleware|Route::|IsGranted|authorizeResource|Gate::|#\[Security/,
  scope: /^(?:final\s+|abstract\s+)*class\s+(\w+)/,
  handler: /^public\s+function\s+(\w+)/,
  route: /^(?:return\s+)?Route::(get|post|put|patch|delete|any|match|resource|apiResource|view)\(\s*(?:\[[^\]]{0,100}\]\s*,\s*)?["']([^"']{1,200})["']/,
  marker: /^#\[/,
  wide: /^\$this->(?:middleware|authorizeResource)\(|^Route::(?:middleware|group|prefix|controller)\b|^->middleware\(/,
  guard:
    /["'](auth(?::[\w,-]+)?|auth\.basic|can:[^"']{1,80}|role:[^"']{1,80}|permission:[^"']{1,80}|verified|password\.confirm|signed|admin)["']|\b(authorizeResource|IsGranted|Security)\b|(Authenticate)::class/g,
  open: /->(withoutMiddleware)\(/g,
  throttle: /["'](throttle(?::[\w,.-]+)?)["']/g,
};
