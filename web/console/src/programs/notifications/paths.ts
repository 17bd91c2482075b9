/** The address of the page with all notifications. */
export const NOTIFICATIONS: string = "/notifications";
