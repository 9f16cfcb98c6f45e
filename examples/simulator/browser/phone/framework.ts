import { component as adapter, glassEasel, MiniProgramEnv } from 'glass-easel-miniprogram-adapter';
import type { MiniProgramCode } from '../shared/mini-program-code';
import type { ComponentSpace } from './built-ins/built-in';

/** A page or component on the screen, with what glass-easel gives its code as `this`. */
export interface Instance {
  /** `this` of its code. */
  readonly caller: Record<string, unknown>;
  readonly element: HTMLElement;
  /** Tells it and every component below it. */
  pageLifetime(name: 'show' | 'hide'): void;
  release(): void;
}

export type Constructors = Readonly<Record<'Page' | 'Component' | 'Behavior', unknown>>;

/** glass-easel, WeChat's component framework, set up for one mini-program. */
export interface Framework {
  /** Where the built-in components are registered. */
  readonly space: ComponentSpace;
  readonly Behavior: unknown;
  /** Runs the code that registers a page or component, which finds the constructors that are given to it. */
  register(path: string, run: (constructors: Constructors) => void): void;
  create(path: string, parent: HTMLElement): Instance;
}

/** Templates by path, as glass-easel's compiler made them. */
export type Templates = Readonly<Record<string, unknown>>;

export function createFramework(
  { components, styles }: MiniProgramCode,
  templates: Templates,
  onError: (error: unknown) => void,
): Framework {
  glassEasel.globalOptions.throwGlobalError = false;
  glassEasel.addGlobalErrorListener((error) => {
    onError(error);
    return false;
  });

  const environment = new MiniProgramEnv();
  const code = environment.createCodeSpace('', true);
  const backend = environment.associateBackend(new Backend());
  const scopes = new Map(Object.entries(components).map(([path, { scope }]) => [path, scope]));
  Backend.hostScope = (path) => scopes.get(path);

  code.addStyleSheet('app', 'app');
  backend.registerStyleSheetContent('app', styles.app);
  for (const [path, { json, scope }] of Object.entries(components)) {
    code.addComponentStaticConfig(path, json as Parameters<typeof code.addComponentStaticConfig>[1]);
    code.addCompiledTemplate(path, { groupList: templates, content: templates[path] } as never);
    code.addStyleSheet(path, path, scope);
    backend.registerStyleSheetContent(path, styles[path]);
  }

  return {
    space: code.getComponentSpace(),
    Behavior: (definition: never) => code.behavior().definition(definition).register(),
    register: (path, run) => code.componentEnv(path, run),
    create: (path, parent) => {
      const root = backend.createRoot('page', code, `/${path}`);
      const component = root.getComponent();
      pageIds.set(component, `page-${++pagesSoFar}`);
      const placeholder = document.createElement('span');
      parent.append(placeholder);
      const caller = root.get() as unknown as Record<string, unknown>;
      root.attach(parent as never, placeholder as never);
      return {
        caller,
        element: component.getBackendElement() as unknown as HTMLElement,
        pageLifetime: (name) => component.triggerPageLifetime(name, []),
        release: () => {
          const element = component.getBackendElement() as unknown as HTMLElement;
          root.release();
          element.remove();
        },
      };
    },
  };
}

const pageIds = new WeakMap<object, string>();
let pagesSoFar = 0;

/** WeChat gives every page and component this, glass-easel does not. */
Object.assign(adapter.ComponentCaller.prototype, {
  getPageId(this: { readonly _$: glassEasel.GeneralComponent }): string | undefined {
    let component = this._$;
    while (component.ownerShadowRoot) component = component.ownerShadowRoot.getHostNode();
    return pageIds.get(component);
  },
});

/** The page's DOM, with WeChat's tag names: `wx-view`, which no browser mistakes for something of its own. */
class Backend extends glassEasel.CurrentWindowBackendContext {
  static hostScope: (path: string) => string | undefined = () => undefined;

  constructor() {
    super();
    this.document = {
      createElement: (tag: string) => document.createElement(`wx-${tag}`),
      createTextNode: (text: string) => document.createTextNode(text),
      createDocumentFragment: () => document.createDocumentFragment(),
    } as never;
    this.onEvent((target, type, detail, options) => {
      if (type === 'tap' && isDisabled(options)) return undefined;
      const event = new glassEasel.Event(type, detail, options);
      glassEasel.Event.dispatchEvent(target, event);
      return event.defaultPrevented() ? glassEasel.EventBubbleStatus.NoDefault : undefined;
    });
  }

  /** Marks the hosts of components with a style of their own, for `:host`. */
  override associateValue(
    ...[element, value]: Parameters<glassEasel.CurrentWindowBackendContext['associateValue']>
  ): void {
    super.associateValue(element, value);
    const scope = Backend.hostScope((value as unknown as { is?: string }).is ?? '');
    if (scope !== undefined) (element as unknown as HTMLElement).setAttribute('wx-host', scope);
  }
}

const isDisabled = (options: object) => {
  const { originalEvent } = options as { originalEvent?: Event };
  return (
    originalEvent?.target instanceof Element && originalEvent.target.closest('wx-button[disabled]') !== null
  );
};
