// Figures that a reader can touch. The numbers come from the book's crates: computed here by their WebAssembly, or looked up in what
// they gave when the book was built. This file only draws.
(() => {
    const colour = n => `var(--series-${n}, currentColor)`;
    const digits = (x, n = 3) => Number(x.toPrecision(n)).toString();
    const path = points => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const text = (x, y, what, anchor = "middle") =>
        `<text x="${x}" y="${y}" text-anchor="${anchor}" fill="currentColor" stroke="none">${what}</text>`;
    const pairs = numbers => Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i], numbers[2 * i + 1]]);
    const plain = x => digits(x).replace("-", "−");

    // Each: from the numbers and the inputs to a drawing and a sentence.
    const draw = {
        ellipse(numbers, [, , , times]) {
            const image = pairs(numbers.slice(6));
            const [small, large] = [0, 3].map(k => ({ value: numbers[k], x: numbers[k + 1], y: numbers[k + 2] }));
            const far = Math.max(1.2, ...image.map(([x, y]) => Math.hypot(x, y)));
            const at = ([x, y]) => [320 + x * 165 / far, 180 - y * 165 / far];
            const axes = [small, large].map(({ value, x, y }) => {
                const r = value ** times;
                return `<path d="${path([at([-r * x, -r * y]), at([r * x, r * y])])}" stroke="${colour(2)}" stroke-width="3" stroke-dasharray="3 5"/>`;
            });
            const grown = [small, large].map(({ value }) => Math.abs(value) ** times).sort((a, b) => a - b);
            return {
                svg: `<circle cx="320" cy="180" r="${165 / far}" stroke-dasharray="6 4"/>` +
                    `<path d="${path(image.map(at))}Z" stroke="${colour(1)}" stroke-width="3"/>` + axes.join(""),
                says: `Eigenvalues ${plain(small.value)} and ${plain(large.value)}. Along one direction the circle is now ` +
                    `${plain(grown[1])} times as wide, along the other ${plain(grown[0])} times.`,
            };
        },
        depth(numbers) {
            const x = layer => 80 + layer * 540 / 49;
            const y = log => 150 - log * 20;
            const grid = [-10, -8, -6, -4, -2, 0, 2, 4, 6].map(log =>
                `<path d="M80 ${y(log)}H620" stroke-opacity="${log ? 0.2 : 0.6}"/>` +
                text(72, y(log) + 5, log ? `10<tspan dy="-6" font-size="11">${log < 0 ? "−" : ""}${Math.abs(log)}</tspan>` : "1", "end"));
            return {
                svg: grid.join("") + text(80, 22, "layer 1", "start") + text(620, 22, "layer 50", "end") +
                    `<path d="${path([...numbers].map((log, i) => [x(i), y(log)]))}" stroke="${colour(1)}" stroke-width="3"/>`,
                says: `Behind the first layer the gradient is ${plain(10 ** numbers[0])} times as long as behind the last.`,
            };
        },
        knobs(numbers) {
            const rows = [];
            for (let i = 1; i < numbers.length; i += 3) {
                rows.push({ letter: String.fromCharCode(numbers[i]), before: numbers[i + 1], after: numbers[i + 2] });
            }
            // the scale stays unless one character has more than half
            const top = Math.max(0.5, ...rows.map(row => Math.max(row.before, row.after)));
            const y = p => 310 - 270 * p / top;
            const bars = rows.map(({ letter, before, after }, i) => {
                const x = 40 + i * 48;
                return `<rect x="${x}" y="${y(after)}" width="34" height="${310 - y(after)}" fill="${colour(1)}" stroke="none"/>` +
                    `<rect x="${x}" y="${y(before)}" width="34" height="${310 - y(before)}" stroke-dasharray="3 3"/>` +
                    text(x + 17, 334, letter === " " ? "␣" : letter === "&" ? "&amp;" : letter);
            });
            const left = rows.filter(row => row.after > 0).length;
            const best = rows.reduce((a, b) => (b.after > a.after ? b : a));
            return {
                svg: bars.join("") + `<path d="M30 310H625"/>` + text(30, 20, "solid: what may be drawn; dashed: at temperature 1, unfiltered", "start"),
                says: `${left} of ${rows.length} characters may be drawn. The likeliest, ${best.letter === " " ? "the space" : best.letter}, ` +
                    `has ${plain(best.after)}; perplexity ${plain(Math.exp(numbers[0]))}.`,
            };
        },
        tape(numbers, [w, step]) {
            const names = ["w · x", "+ b", "relu", "w · h", "− 9", "squared"];
            // a box has its value after its step forward, its gradient after its step back
            const forward = i => step > i;
            const back = i => step > 11 - i;
            const y = i => 26 + 54 * i;
            const rows = names.map((name, i) => {
                const now = step > 0 && (step <= 6 ? i === step - 1 : i === 12 - step);
                const arrow = i < 5 ? `<path d="M230 ${y(i) + 38}v16" stroke-opacity="0.6"/>` : "";
                return `<rect x="150" y="${y(i)}" width="160" height="38" ${now ? `stroke="${colour(1)}" stroke-width="3"` : ""}/>` + arrow +
                    text(230, y(i) + 24, name + (forward(i) ? " = " + plain(numbers[i]) : "")) +
                    (back(i) ? text(330, y(i) + 24, "d = " + plain(numbers[6 + i]), "start") : "");
            });
            const [dx, db, early, late] = numbers.slice(12);
            const said = (i, what, at) => back(i) ? text(470, y(at) + 24, what, "start") : "";
            const inputs = said(3, `to w, late use: ${plain(late)}`, 3) + said(1, `to b: ${plain(db)}`, 1) +
                said(0, `to x: ${plain(dx)}, to w: ${plain(early)}`, 0);
            let says = "Nothing has been computed yet.";
            if (step >= 12) says = `The gradient of w is ${plain(early)} + ${plain(late)} = ${plain(early + late)}: both uses count.`;
            else if (step > 6) says = `Step back: “${names[12 - step]}” has its gradient, ${plain(numbers[18 - step])}, and hands it on.`;
            else if (step > 0) says = `Step forward: “${names[step - 1]}” is ${plain(numbers[step - 1])}.`;
            return { svg: text(130, y(0) + 24, `w = ${plain(w)}`, "end") + rows.join("") + inputs, says };
        },
        hats(numbers, [width]) {
            const both = pairs(numbers.slice(3));
            const values = both.flat();
            const [low, high] = [Math.min(...values), Math.max(...values)];
            const at = (i, v) => [30 + i * 580 / (both.length - 1), 330 - (v - low) * 300 / (high - low || 1)];
            const line = (k, style) => `<path d="${path(both.map((pair, i) => at(i, pair[k])))}" ${style}/>`;
            return {
                svg: line(0, `stroke-dasharray="5 4"`) + line(1, `stroke="${colour(1)}" stroke-width="3"`),
                says: `With ${width} hidden unit${width === 1 ? "" : "s"} the network is at most ${plain(numbers[0])} away from the function.`,
            };
        },
    };

    // The numbers of a figure for the values of its inputs.
    function recorded(figure, values, grids) {
        let nth = 0;
        values.forEach((value, i) => { nth = nth * grids[i].length + grids[i].indexOf(value); });
        return window.touchData.recorded[figure.dataset.name][nth];
    }
    function computed(module, figure, values) {
        const { compute, count, memory } = module.instance.exports;
        const [a = 0, b = 0, c = 0, d = 0] = values;
        const address = compute(Number(figure.dataset.number), a, b, c, d);
        return Array.from(new Float64Array(memory.buffer, address, count()));
    }

    function start(figure, numbersAt, exact) {
        const controls = [...figure.querySelectorAll(".controls input, .controls select")];
        const grids = controls.map(control => control.dataset.recorded.split(",").map(Number));
        const [svg, says, told] = ["svg", ".says", ".told"].map(what => figure.querySelector(what));
        if (!exact) {
            // A slider over the values that were recorded.
            controls.forEach((control, i) => {
                if (control.type !== "range") return;
                const at = grids[i].indexOf(Number(control.value));
                Object.assign(control, { min: 0, max: grids[i].length - 1, step: 1, value: at });
            });
        }
        const value = (control, i) => exact || control.type !== "range" ? Number(control.value) : grids[i][control.value];

        function show() {
            const values = controls.map(value);
            controls.forEach((control, i) => {
                const shown = String(values[i]).replace("-", "−");
                const output = control.parentElement.querySelector("output");
                if (output) output.textContent = shown;
                if (control.type === "range") control.setAttribute("aria-valuetext", shown);
            });
            const { svg: inside, says: sentence } = draw[figure.dataset.name](numbersAt(figure, values, grids), values);
            svg.innerHTML = `<g fill="none" stroke="currentColor" font-size="15">${inside}</g>`;
            says.textContent = sentence;
        }
        for (const control of controls) control.addEventListener("input", show);

        const key = "touch:" + figure.dataset.name;
        function unlock() {
            figure.querySelector(".controls").disabled = false;
            try { localStorage.setItem(key, "asked"); } catch { /* not allowed */ }
        }
        for (const button of figure.querySelectorAll(".ask button")) {
            button.addEventListener("click", () => {
                for (const other of figure.querySelectorAll(".ask button")) other.setAttribute("aria-pressed", other === button);
                told.textContent = button.dataset.reply;
                unlock();
            });
        }
        try { if (localStorage.getItem(key) === "asked") unlock(); } catch { /* not allowed */ }
        show();
        figure.dataset.ready = exact ? "computed" : "recorded";
    }

    const figures = document.querySelectorAll("figure.touch");
    if (figures.length === 0 || !window.touchData) return;
    const all = (numbersAt, exact) => figures.forEach(figure => start(figure, numbersAt, exact));
    if (window.touchData.recorded) {
        all(recorded, false);
    } else {
        const bytes = Uint8Array.from(atob(window.touchData.module), letter => letter.charCodeAt(0));
        WebAssembly.instantiate(bytes, {}).then(module => all((figure, values) => computed(module, figure, values), true));
    }
})();
