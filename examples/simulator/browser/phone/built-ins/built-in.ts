import type { glassEasel } from 'glass-easel-miniprogram-adapter';

export type ComponentSpace = InstanceType<typeof glassEasel.ComponentSpace>;

/** One built-in component on a page. */
export interface Node {
  readonly element: HTMLElement;
  /** Its id in the page or component that it stands in. */
  readonly id: string;
  /** Its properties, by their names in camel case. */
  readonly data: Readonly<Record<string, unknown>>;
  emit(type: string, detail: object): void;
  /** Taps bubble up to it, as they do to the page's own listeners. */
  onTap(listener: () => void): void;
}

type PropertyType = StringConstructor | NumberConstructor | BooleanConstructor;

export interface BuiltIn {
  readonly tag: string;
  readonly properties?: Readonly<
    Record<string, PropertyType | { readonly type: PropertyType; readonly value: unknown }>
  >;
  /** Once, when it comes onto the page. Returns what is to be done at each change of a property. */
  readonly attached?: (node: Node) => (() => void) | undefined;
}

const COMMON = {
  hidden: Boolean,
  hoverClass: String,
  ariaLabel: String,
  ariaRole: String,
  ariaHidden: String,
  ariaModal: String,
  ariaLive: String,
  role: String,
} as const;

/** Registers a built-in component: glass-easel brings none. */
export function register(space: ComponentSpace, { tag, properties = {}, attached }: BuiltIn): void {
  const updates = new WeakMap<object, () => void>();
  const definition = space.defineComponent({
    is: `wx://${tag}`,
    properties: { ...COMMON, ...properties },
    observers: [
      {
        fields: '**',
        observer() {
          updates.get(this)?.();
        },
      },
    ],
    lifetimes: {
      attached() {
        const element = this.getBackendElement() as unknown as HTMLElement;
        const { id, data } = this;
        // For the page's style, and for whoever looks at the page.
        if (id !== '') element.id = id;
        const node: Node = {
          element,
          id,
          data,
          emit: (type, detail) => this.triggerEvent(type, detail, {}),
          onTap: (listener) => this.addListener('tap', listener),
        };
        const update = attached?.(node);
        const updateAll = () => {
          reflectCommon(element, data);
          update?.();
        };
        updates.set(this, updateAll);
        updateAll();
      },
    },
  });
  space.setGlobalUsingComponent(tag, definition.general());
}

function reflectCommon(element: HTMLElement, data: Readonly<Record<string, unknown>>): void {
  element.toggleAttribute('hidden', data.hidden === true);
  setText(element, 'aria-label', data.ariaLabel);
  setText(element, 'aria-hidden', data.ariaHidden);
  setText(element, 'aria-modal', data.ariaModal);
  setText(element, 'aria-live', data.ariaLive);
  const role = data.ariaRole || data.role;
  if (role) setText(element, 'role', role);
}

/** A property as text. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';

/** Sets an attribute, or takes it away where there is nothing to say. */
export function setText(element: Element, name: string, value: unknown): void {
  if (value === '' || value === undefined || value === null || value === false) element.removeAttribute(name);
  else element.setAttribute(name, textOf(value));
}
