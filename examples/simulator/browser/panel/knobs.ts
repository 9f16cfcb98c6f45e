import { byId, h } from '../shared/dom';
import type { Command, Conditions } from '../shared/messages';

/** ms on top of each exchange with a server, on the slow network. */
const SLOW = 1500;
const BURST = 20;

export interface KnobsOptions {
  /** Tells the phone. */
  readonly command: (command: Command) => void;
  /** Tells the simulator's server. */
  readonly control: (name: 'expire' | 'stop' | 'start' | 'restart') => Promise<void>;
}

type Toggle = keyof Conditions;

/** What one can do to the phone and to the backend. */
export class Knobs {
  private readonly toggles = new Map<Toggle, HTMLButtonElement>();
  private backendUp = true;
  private conditions: Conditions = { offline: false, delay: 0, background: false, refuseNext: false };

  constructor(private readonly options: KnobsOptions) {
    const { command, control } = options;
    byId('knobs').append(
      group(
        'Session',
        this.button('expire', 'Expire on server', 'All tokens become worthless; nobody is told', () =>
          control('expire'),
        ),
        this.toggle('refuseNext', 'Reject next authorisation', 'The user says no to the next sheet'),
        this.button('burst', `${BURST} requests at once`, `${BURST} × GET /api/echo in one tick`, () =>
          command({ kind: 'burst', count: BURST }),
        ),
      ),
      group(
        'Network',
        this.toggle('delay', 'Slow', `${SLOW} ms more for each answer`),
        this.toggle('offline', 'Offline', 'No connection at all'),
      ),
      group(
        'Phone',
        this.toggle('background', 'Background', 'As the home button does; requests break off after 5 s'),
      ),
      group(
        'Backend',
        this.button('restart', 'Restart', 'SIGTERM, and up again on the same port', () =>
          this.backend('restart'),
        ),
        this.button('power', 'Stop', 'A backend that is down', () =>
          this.backend(this.backendUp ? 'stop' : 'start'),
        ),
      ),
    );
  }

  show(conditions: Conditions): void {
    this.conditions = conditions;
    for (const [name, button] of this.toggles)
      button.setAttribute('aria-pressed', String(Boolean(conditions[name])));
  }

  /** Network conditions outlive a restart of the mini-program. */
  get lasting(): Pick<Conditions, 'offline' | 'delay'> {
    const { offline, delay } = this.conditions;
    return { offline, delay };
  }

  private button(
    id: string,
    text: string,
    title: string,
    act: () => Promise<void> | void,
  ): HTMLButtonElement {
    const button = h('button', {
      id,
      type: 'button',
      title,
      onclick: () => {
        const work = act();
        if (!work) return;
        button.disabled = true;
        void work.finally(() => (button.disabled = false));
      },
    });
    button.textContent = text;
    return button;
  }

  private toggle(name: Toggle, text: string, title: string): HTMLButtonElement {
    const button = this.button(name, text, title, () => {
      const on = !this.conditions[name];
      this.options.command({ kind: 'set', conditions: { [name]: name === 'delay' ? (on ? SLOW : 0) : on } });
    });
    button.setAttribute('aria-pressed', 'false');
    this.toggles.set(name, button);
    return button;
  }

  private async backend(what: 'stop' | 'start' | 'restart'): Promise<void> {
    await this.options.control(what);
    this.backendUp = what !== 'stop';
    const power = byId('power');
    power.textContent = this.backendUp ? 'Stop' : 'Start';
    power.classList.toggle('alarm', !this.backendUp);
  }
}

const group = (name: string, ...knobs: readonly HTMLElement[]) =>
  h('fieldset', {}, h('legend', {}, name), ...knobs);
