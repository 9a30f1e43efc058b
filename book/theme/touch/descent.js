// A path down a valley, and the loss along it.
touchDraw.descent = ({ colour, path, text, plain }) => (numbers, [rate, , momentum]) => {
    const [, steep, made] = numbers;
    const at = k => numbers.slice(3 + 3 * k, 6 + 3 * k);
    const places = Array.from({ length: made + 1 }, (_, k) => at(k));
    // the valley: 100 pixels a unit, its middle at (190, 180)
    const x = v => 190 + 62 * v, y = v => 180 - 62 * v;
    const levels = [0.05, 0.4, 1.5, 4, 8].map(level =>
        `<ellipse cx="190" cy="180" rx="${62 * Math.sqrt(2 * level)}" ry="${62 * Math.sqrt(2 * level / steep)}" stroke-opacity="0.35"/>`);
    const steps = path(places.map(([px, py]) => [x(px), y(py)]));
    const dots = places.map(([px, py], k) => `<circle cx="${x(px).toFixed(1)}" cy="${y(py).toFixed(1)}" r="${k ? 3 : 6}" ` +
        (k ? `fill="${colour(1)}" stroke="none"/>` : `stroke="${colour(1)}" stroke-width="2"/>`));
    // the loss: 40 steps wide, from 10⁻⁸ to 10⁸
    const right = k => 420 + 5.1 * k, up = log => 180 - 17 * Math.max(-8, Math.min(8, log));
    const grid = [-8, -6, -4, -2, 0, 2, 4, 6, 8].map(log =>
        `<path d="M420 ${up(log)}H624" stroke-opacity="${log ? 0.2 : 0.6}"/>` + (log % 4 ? "" :
            text(412, up(log) + 6, log ? `10<tspan dy="-7" font-size="15">${log < 0 ? "−" : ""}${Math.abs(log)}</tspan>` : "1", "end")));
    const curve = path(places.map(([, , log], k) => [right(k), up(log)]));
    const border = 2 * (1 + momentum) / steep;
    const last = places[made], first = places[0];
    const names = momentum ? "2 · (1 + momentum)" : "2";
    // a hair from the border is on it
    const side = Math.abs(rate / border - 1) < 1e-9 ? "exactly that" : rate < border ? "smaller" : "larger";
    return {
        svg: `<svg x="0" y="0" width="370" height="360" viewBox="0 0 370 360">${levels.join("")}` +
            `<path d="M184 174l12 12M196 174l-12 12"/><path d="${steps}" stroke="${colour(1)}" stroke-width="2"/>${dots.join("")}</svg>` +
            `<g font-size="20">${grid.join("")}${text(522, 24, "loss after each step")}${text(420, 346, "0", "start")}${text(624, 346, "40 steps", "end")}</g>` +
            `<path d="${curve}" stroke="${colour(2)}" stroke-width="3"/>`,
        says: `The largest curvature is ${plain(steep)}, and at most a learning rate of ${names} / ${plain(steep)} = ${plain(border)} does not move away; ` +
            `this one is ${side}. After ${made} step${made === 1 ? "" : "s"} the loss is ` +
            `${plain(10 ** last[2])}; it began at ${plain(10 ** first[2])}.`,
    };
};
