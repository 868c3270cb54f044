/** What can be open beside the stage. */
export type PanelName = 'chat' | 'people'
