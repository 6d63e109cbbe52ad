import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { said, type TextFiles, textEvidence } from '../../../testing/evidence.ts';
import { detect } from '../detect.ts';
import { AUTH_DETECTORS } from './detectors.ts';

const fired = (files: TextFiles): readonly string[] => said(detect(AUTH_DETECTORS, { plan: null, files: textEvidence(files) }));
const one = (path: string, before: string, after: string): readonly string[] => fired({ [path]: [before, after] });

const NEST = "@Controller('orders')\nexport class Orders {\n  @UseGuards(JwtGuard)\n  @Get()\n  async list(@Req() req) {\n    return 1;\n  }\n}\n";
const DJANGO = '@login_required\ndef orders(request):\n    return 1\n';
const DRF = 'class Orders(APIView):\n    permission_classes = [IsAuthenticated]\n\n    def get(self, request):\n        return 1\n';
const FASTAPI = '@router.get("/orders")\nasync def orders(\n    user: User = Depends(get_current_user),\n):\n    return 1\n';
const PYRAMID = '@view_config(\n    route_name="orders",\n    permission=Permissions.Read,\n)\ndef orders(request):\n    return 1\n';
const RAILS = 'class OrdersController < ApplicationController\n  before_action :authenticate_user!\n\n  def index\n    1\n  end\nend\n';
const SPRING = '@RestController\npublic class Orders {\n  @PreAuthorize("hasRole(\'A\')")\n  @GetMapping("/x")\n  public List<Order> list() {\n    return null;\n  }\n}\n';
const CHAIN = 'http\n  .requestMatchers("/admin/**").hasRole("ADMIN")\n  .anyRequest().authenticated();\n';
const ASPNET = 'public class Orders : Controller {\n  [Authorize]\n  [HttpGet]\n  public IActionResult Get() {\n    return Ok();\n  }\n}\n';
const MINIMAL = 'app.MapGet("/orders", () => 1).RequireAuthorization();\n';
const LARAVEL = "Route::get('/orders', [Orders::class, 'index'])->middleware('auth');\n";
const CHI = 'func routes(r chi.Router) {\n\tr.Use(RequireLogin)\n\tr.Get("/orders", list)\n}\n';

describe('a guard that goes', () => {
  it.each<[string, string, string, string]>([
    ['Express', 'src/app.ts', "app.get('/orders', requireAuth, list);\n", "app.get('/orders', list);\n"],
    ['Express, over lines', 'src/app.js', "router.post(\n  '/orders',\n  passport.authenticate('jwt'),\n  create,\n);\n", "router.post(\n  '/orders',\n  create,\n);\n"],
    ['Express, for all', 'src/app.ts', "app.use(requireAuth);\napp.get('/a', a);\n", "app.get('/a', a);\n"],
    ['Fastify', 'src/app.ts', "fastify.get('/orders', { preHandler: [fastify.authenticate] }, list);\n", "fastify.get('/orders', {}, list);\n"],
    ['Nest', 'src/orders.ts', NEST, NEST.replace('  @UseGuards(JwtGuard)\n', '')],
    ['Django', 'app/views.py', DJANGO, DJANGO.replace('@login_required\n', '')],
    ['Django REST', 'app/views.py', DRF, DRF.replace('    permission_classes = [IsAuthenticated]\n', '')],
    ['FastAPI', 'app/api.py', FASTAPI, FASTAPI.replace('    user: User = Depends(get_current_user),\n', '')],
    ['Flask', 'app/api.py', '@app.route("/x")\n@login_required\ndef x():\n    return 1\n', '@app.route("/x")\ndef x():\n    return 1\n'],
    ['Pyramid', 'app/views.py', PYRAMID, PYRAMID.replace('    permission=Permissions.Read,\n', '')],
    ['Rails', 'app/controllers/orders_controller.rb', RAILS, RAILS.replace('  before_action :authenticate_user!\n', '')],
    ['Spring', 'src/Orders.java', SPRING, SPRING.replace('  @PreAuthorize("hasRole(\'A\')")\n', '')],
    ['ASP.NET', 'src/Orders.cs', ASPNET, ASPNET.replace('  [Authorize]\n', '')],
    ['ASP.NET, mapped', 'src/Program.cs', MINIMAL, MINIMAL.replace('.RequireAuthorization()', '')],
    ['Laravel', 'routes/web.php', LARAVEL, LARAVEL.replace("->middleware('auth')", '')],
    ['Go', 'internal/routes.go', CHI, CHI.replace('\tr.Use(RequireLogin)\n', '')],
    ['Go, wrapped', 'internal/routes.go', 'func f() {\n\tmux.HandleFunc("/x", requireAuth(list))\n}\n', 'func f() {\n\tmux.HandleFunc("/x", list)\n}\n'],
  ])('%s', (_, path, before, after) => expect(one(path, before, after)).toEqual(['AUTH101:critical']));
});

describe('a door that opens', () => {
  it.each<[string, string, string, string]>([
    ['csrf_exempt', 'app/views.py', DJANGO, `@csrf_exempt\n${DJANGO}`],
    ['AllowAny', 'app/views.py', DRF, DRF.replace('    permission', '    throttle_classes = []\n    permission').replace('[IsAuthenticated]', '[IsAuthenticated, AllowAny]')],
    ['Public', 'src/orders.ts', NEST, NEST.replace('  @Get()', '  @Public()\n  @Get()')],
    ['skip_before_action', 'app/controllers/a.rb', RAILS, RAILS.replace('\n  def index', '  skip_before_action :authenticate_user!\n\n  def index')],
    ['permitAll', 'src/Security.java', CHAIN, CHAIN.replace('.hasRole("ADMIN")', '.hasRole("ADMIN").permitAll()')],
    ['AllowAnonymous', 'src/Orders.cs', ASPNET, ASPNET.replace('  [HttpGet]', '  [AllowAnonymous]\n  [HttpGet]')],
    ['withoutMiddleware', 'routes/web.php', LARAVEL, LARAVEL.replace("('auth');", "('auth')->withoutMiddleware('x');")],
  ])('%s', (_, path, before, after) => expect(one(path, before, after)).toEqual(['AUTH101:critical']));
});

describe('no guard goes', () => {
  it.each<[string, string, string, string]>([
    ['with its route', 'src/app.ts', "app.get('/a', a);\napp.get('/orders', requireAuth, list);\n", "app.get('/a', a);\n"],
    ['where it moves to the router', 'src/app.ts', "app.get('/orders', requireAuth, list);\n", "app.use(requireAuth);\napp.get('/orders', list);\n"],
    [
      'where it moves to the class',
      'app/views.py',
      'class A(View):\n    @login_required\n    def get(self):\n        return 1\n',
      '@login_required\nclass A(View):\n    def get(self):\n        return 1\n',
    ],
    [
      'where it moves to each handler',
      'src/Orders.cs',
      '[Authorize]\npublic class A {\n  public X Get() {\n  }\n}\n',
      'public class A {\n  [Authorize]\n  public X Get() {\n  }\n}\n',
    ],
    ['where lines change places', 'app/views.py', '@a\n@login_required\ndef x(request):\n    return 1\n', '@login_required\n@a\ndef x(request):\n    return 1\n'],
    ['in a comment', 'src/app.ts', "// app.get('/x', requireAuth, y)\napp.get('/x', z);\n", "app.get('/x', z);\n"],
    ['in a test', 'test/app.test.ts', "app.get('/orders', requireAuth, list);\n", "app.get('/orders', list);\n"],
    ['beside what changes in the handler', 'app/views.py', DJANGO, DJANGO.replace('return 1', 'return 2')],
    ['in calls of a client', 'src/client.ts', "api.get('/orders', { headers: auth });\n", "api.get('/orders', { headers: auth, x: 1 });\n"],
  ])('%s', (_, path, before, after) => expect(one(path, before, after)).toEqual([]));

  it('but another takes its place', () => {
    expect(one('app/views.py', DJANGO, DJANGO.replace('@login_required', '@permission_required("x")'))).toEqual(['AUTH101:elevated']);
  });
  it('but one of two', () => expect(one('app/views.py', `@permission_required("x")\n${DJANGO}`, DJANGO)).toEqual(['AUTH101:high']));
  it('in an example is less', () => expect(one('examples/app.ts', "app.get('/o', requireAuth, l);\n", "app.get('/o', l);\n")).toEqual(['AUTH101:elevated']));
});

describe('limits of tries', () => {
  it('that go', () => expect(one('src/app.ts', "app.post('/login', rateLimit({ max: 5 }), login);\n", "app.post('/login', login);\n")).toContain('AUTH109:high'));
  it('that are another', () => expect(one('src/app.ts', "app.post('/login', rateLimit({ max: 5 }), login);\n", "app.post('/login', loginLimiter, login);\n")).toEqual([]));
});

it('takes any text', () => {
  for (const path of ['a.ts', 'a.py', 'a.rb', 'A.java', 'a.cs', 'a.php', 'a.go', 'a.yaml'])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => !one(path, a, b).some((f) => f.startsWith('META000'))),
      { numRuns: 30 },
    );
});
