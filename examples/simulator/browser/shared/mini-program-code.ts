/** A compiled mini-program, as the simulator's server hands it to the phone. */
export interface MiniProgramCode {
  readonly app: AppJson;
  /** Pages and components by path; those first that use others. */
  readonly components: Readonly<
    Record<string, { readonly isPage: boolean; readonly json: ComponentJson; readonly scope?: string }>
  >;
  /** CSS by path, and the app's under `app`. */
  readonly styles: Readonly<Record<string, string>>;
  /** JavaScript by path. */
  readonly modules: Readonly<Record<string, string>>;
  /** Source maps by the path of their module. */
  readonly maps: Readonly<Record<string, string>>;
}

/** A value, or what theme.json has for it. */
export type Themed = string | { readonly light: string; readonly dark: string };

export interface AppJson {
  readonly pages: readonly string[];
  readonly darkmode?: boolean;
  readonly themeLocation?: string;
  readonly window?: WindowJson;
  readonly usingComponents?: Readonly<Record<string, string>>;
  readonly tabBar?: TabBarJson;
}

export interface WindowJson {
  readonly navigationBarTitleText?: string;
  readonly navigationBarBackgroundColor?: Themed;
  readonly navigationBarTextStyle?: Themed;
  readonly backgroundColor?: Themed;
  readonly navigationStyle?: 'default' | 'custom';
}

export interface ComponentJson extends WindowJson {
  readonly component?: boolean;
  readonly styleIsolation?: string;
  readonly usingComponents?: Readonly<Record<string, string>>;
}

export interface TabBarJson {
  readonly color?: Themed;
  readonly selectedColor?: Themed;
  readonly backgroundColor?: Themed;
  readonly list: readonly {
    readonly pagePath: string;
    readonly text: string;
    readonly iconPath?: Themed;
    readonly selectedIconPath?: Themed;
  }[];
}
