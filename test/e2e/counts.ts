import type { Simulator } from '../../examples/simulator/simulator';

type Calls = Readonly<Record<string, number>>;
type Answers = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Counts {
  /** At WeChat. */
  readonly login: number;
  readonly codeToSession: number;
  /** At the backend: how often each endpoint gave each status, as `GET /api/echo 401`. */
  readonly answers: Readonly<Record<string, number>>;
}

async function read(simulator: Simulator): Promise<Counts> {
  const json = async <T>(url: string) => (await (await fetch(url)).json()) as T;
  const calls = await json<Calls>(`${simulator.wechatUrl}/__control/calls`);
  const answers = await json<Answers>(`${simulator.backend.url}/debug/counts`);
  return {
    login: calls['/__wx/login'] ?? 0,
    codeToSession: calls['/sns/jscode2session'] ?? 0,
    answers: Object.fromEntries(
      Object.entries(answers).flatMap(([endpoint, statuses]) =>
        Object.entries(statuses).map(([status, times]) => [`${endpoint} ${status}`, times] as const),
      ),
    ),
  };
}

/** Counts what the servers are asked from now on. */
export async function counting(simulator: Simulator): Promise<() => Promise<Counts>> {
  const before = await read(simulator);
  return async () => {
    const now = await read(simulator);
    const answers = Object.entries(now.answers)
      .map(([endpoint, times]) => [endpoint, times - (before.answers[endpoint] ?? 0)] as const)
      .filter(([endpoint, times]) => times > 0 && !endpoint.includes('/debug/'));
    return {
      login: now.login - before.login,
      codeToSession: now.codeToSession - before.codeToSession,
      answers: Object.fromEntries(answers),
    };
  };
}
