// The error of a slope against the step with which it was measured.
touchDraw.steps = ({ colour, path, text, plain }) => (numbers, [, formula, format, step]) => {
    const x = log => 80 + 33 * (log + 16), y = log => 24 - 17 * Math.max(-17, Math.min(0, log));
    const power = log => log ? `10<tspan dy="-7" font-size="13">−${Math.abs(log)}</tspan>` : "1";
    const across = [0, -2, -4, -6, -8, -10, -12, -14, -16].map(log => `<path d="M80 ${y(log)}H608" stroke-opacity="${log ? 0.2 : 0.6}"/>` +
        (log % 4 ? "" : text(72, y(log) + 6, power(log), "end")));
    const up = [-16, -12, -8, -4, 0].map(log => text(x(log), 334, power(log)));
    const errors = [...numbers], at = errors.map((_, k) => -k / 2);
    const best = errors.reduce((b, error, k) => (error < errors[b] ? k : b), 0);
    const nearest = Math.min(errors.length - 1, Math.max(0, Math.round(-2 * step)));
    const cx = x(at[best]), cy = y(errors[best]);
    const said = log => log <= -17 ? "0" : `10^${plain(Math.round(log * 10) / 10)}`;
    const names = ["forward formula", "central formula", "extrapolated formula", "complex step"];
    return {
        svg: `<g font-size="18">${across.join("")}${up.join("")}${text(608, 354, "step", "end")}${text(80, 14, "relative error", "start")}</g>` +
            `<path d="${path(errors.map((error, k) => [x(at[k]), y(error)]))}" stroke="${colour(1)}" stroke-width="3"/>` +
            `<path d="M${cx - 7} ${cy - 7}l14 14M${cx + 7} ${cy - 7}l-14 14" stroke-width="2"/>` +
            `<circle cx="${x(at[nearest])}" cy="${y(errors[nearest])}" r="8" stroke="${colour(2)}" stroke-width="3"/>`,
        says: `The ${names[formula]} in ${format ? "f32" : "f64"}, with a step of 10^${plain(step)}: a relative error of ${said(errors[nearest])}. ` +
            `The best step of this curve is 10^${plain(at[best])}, with an error of ${said(errors[best])}.`,
    };
};
