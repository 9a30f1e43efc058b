// Quizzes: the sentence that belongs to an answer is said when it is asked for. What was answered stays in this browser.
(() => {
    const key = quiz => "quiz:" + location.pathname.split("/").slice(-2).join("/") + "#" + quiz.id;
    const storage = {
        get(quiz) { try { return JSON.parse(localStorage.getItem(key(quiz))); } catch { return null; } },
        set(quiz, value) { try { localStorage.setItem(key(quiz), JSON.stringify(value)); } catch { /* not allowed */ } },
    };

    // "0,5", "−3" and "1e-3" are numbers too; "" is none.
    function number(text) {
        const plain = text.trim().replace("−", "-").replace(",", ".");
        return plain === "" ? NaN : Number(plain);
    }
    const near = (x, reply) => Math.abs(x - reply.dataset.value) <= Number(reply.dataset.within) + 1e-9 * Math.abs(reply.dataset.value);

    // The answer as it stands: what is to be said, and whether it is right. Nothing yet: a sentence that asks for one.
    function judge(quiz, replies) {
        const sentence = reply => [...reply.childNodes].filter(n => n.className !== "about");
        if (quiz.dataset.kind === "choice") {
            const chosen = [...quiz.querySelectorAll("input:checked")].map(input => input.value);
            if (chosen.length === 0) return { say: ["Choose an answer first."] };
            const right = replies.filter(r => "right" in r.dataset).map(r => r.dataset.option);
            const wrong = chosen.find(c => !right.includes(c));
            if (wrong !== undefined) return { say: sentence(replies[wrong]), right: false };
            if (chosen.length < right.length) return { say: ["So far right. There is more."], right: false };
            return { say: chosen.flatMap(c => sentence(replies[c])), right: true };
        }
        if (quiz.dataset.kind === "number") {
            const x = number(quiz.querySelector("input").value);
            if (Number.isNaN(x)) return { say: ["Write a number, such as 0.25."] };
            const reply = replies.find(r => "value" in r.dataset && near(x, r)) ?? replies.find(r => "otherwise" in r.dataset);
            return { say: sentence(reply), right: "right" in reply.dataset };
        }
        const cells = [...quiz.querySelectorAll("input")];
        if (cells.every(cell => cell.value.trim() === "")) return { say: ["Fill in the table first."] };
        for (const cell of cells) {
            const reply = replies.find(r => r.dataset.cell === cell.dataset.cell);
            const good = near(number(cell.value), reply);
            cell.setAttribute("aria-invalid", !good);
            if (!good) return { say: [cell.getAttribute("aria-label") + ": ", ...sentence(reply)], right: false };
        }
        return { say: sentence(replies.find(r => "right" in r.dataset)), right: true };
    }

    for (const quiz of document.querySelectorAll("form.quiz")) {
        const inputs = [...quiz.querySelectorAll("input")];
        const replies = [...quiz.querySelectorAll(".replies li")];
        const said = quiz.querySelector(".reply");
        quiz.querySelector(".replies").hidden = true;

        function answer() {
            const { say, right } = judge(quiz, replies);
            said.replaceChildren(...say.map(part => part instanceof Node ? part.cloneNode(true) : part));
            quiz.classList.toggle("right", right === true);
            quiz.classList.toggle("wrong", right === false);
            if (right !== undefined) {
                storage.set(quiz, inputs.map(input => input.type === "text" ? input.value : input.checked));
            }
        }
        quiz.querySelector(".check").addEventListener("click", answer);
        // Enter in a field asks too; a form would load the page again.
        quiz.addEventListener("submit", event => { event.preventDefault(); answer(); });
        for (const input of inputs) {
            input.addEventListener("keydown", event => {
                if (event.key === "Enter") { event.preventDefault(); answer(); }
            });
        }

        const before = storage.get(quiz);
        if (Array.isArray(before) && before.length === inputs.length) {
            inputs.forEach((input, i) => {
                if (input.type === "text") input.value = String(before[i]);
                else input.checked = before[i] === true;
            });
            answer();
        }
    }
})();
