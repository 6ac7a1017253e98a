export const ConversationPage = () => <main id="content" />;
