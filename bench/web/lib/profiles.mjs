// The machines and lines that are measured, and the kinds of visit.

/** `cpu`: how many times slower; `down`, `up` in kbit/s and `rtt` in ms a request, 0 = as it is. */
export const profiles = {
  slow: { title: "CPU 6× slower, 512 kbit/s, 150 ms", cpu: 6, down: 512, up: 512, rtt: 150 },
  full: { title: "no throttling", cpu: 1, down: 0, up: 0, rtt: 0 },
};

/** The visits of one profile folder, in this order. */
export const modes = {
  cold: "first visit, new profile",
  warm: "second visit in the same profile, browser started anew",
  offline: "a further visit with the network off",
};

/** A phone's screen. */
export const screen = { width: 412, height: 915 };
