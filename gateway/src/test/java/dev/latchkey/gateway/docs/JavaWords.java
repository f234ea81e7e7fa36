package dev.latchkey.gateway.docs;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a source says of itself: the Javadoc of a type, and of a record's components. */
final class JavaWords {

    private static final Pattern PARAM =
            Pattern.compile("@param (\\w+) (.*?)(?=@param |@return |@see |@throws |$)", Pattern.DOTALL);

    private JavaWords() {}

    /** The first paragraph. */
    static String ofType(String source, String type) {
        String doc = docOf(source, "(?:class|record|interface|enum) " + type + "\\b");
        return plain(doc.split("<p>|@param |@see ")[0]);
    }

    /** By their names. */
    static Map<String, String> ofComponents(String source, String record) {
        Map<String, String> words = new LinkedHashMap<>();
        Matcher params = PARAM.matcher(docOf(source, "record " + record + "\\("));
        while (params.find()) {
            words.put(params.group(1), plain(params.group(2)));
        }
        return words;
    }

    private static String docOf(String source, String declaration) {
        Matcher declared = Pattern.compile(declaration).matcher(source);
        if (!declared.find()) {
            return "";
        }
        String before = source.substring(0, declared.start());
        int end = before.lastIndexOf("*/");
        // Between a declaration and its Javadoc there are annotations and modifiers alone.
        if (end < 0
                || before.substring(end + 2)
                        .replaceAll("@\\w+(\\([^)]*\\))?", "")
                        .matches("(?s).*[;{}].*")) {
            return "";
        }
        String doc = before.substring(before.lastIndexOf("/**", end) + 3, end);
        return doc.replaceAll("(?m)^\\s*\\* ?", "").strip();
    }

    private static String plain(String doc) {
        return doc.replaceAll("\\{@(?:code|link|linkplain) ([^}]*)}", "`$1`")
                .replaceAll("</?(?:ol|ul|li)>", "")
                .replace("|", "\\|")
                .replaceAll("\\s+", " ")
                .strip();
    }
}
